// SPDX-License-Identifier: Apache-2.0
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { type Api, answerOf } from "./api.ts";
import { countsEveryMs } from "./mailbox.ts";
import { useApi } from "./use-api.ts";

export const mailboxStates = ["", "active", "suspended"] as const;
export const mailboxOrders = [
  "created",
  "name",
  "messages",
  "sealedBytes",
  "oldestReceivedAt",
  "lastReceivedAt",
  "lastPulledAt",
] as const;

/** Which mailboxes are shown, and in which order. */
export interface MailboxFilter {
  readonly search: string;
  readonly state: (typeof mailboxStates)[number];
  readonly sort: (typeof mailboxOrders)[number];
  readonly order: "asc" | "desc";
}

/** The least that must be said: what is as always stays out of the address. */
export const usualFilter: MailboxFilter = { search: "", state: "", sort: "created", order: "asc" };

/** The filter that an address asks for. */
export function filterOf(words: URLSearchParams): MailboxFilter {
  const read = (name: keyof MailboxFilter): string => words.get(name) ?? usualFilter[name];
  const [state, sort] = [read("state"), read("sort")];
  return {
    search: read("search"),
    state: isState(state) ? state : usualFilter.state,
    sort: isOrder(sort) ? sort : usualFilter.sort,
    order: read("order") === "desc" ? "desc" : "asc",
  };
}

export function isState(text: string): text is MailboxFilter["state"] {
  return mailboxStates.some((state) => state === text);
}

export function isOrder(text: string): text is MailboxFilter["sort"] {
  return mailboxOrders.some((order) => order === text);
}

/** So many come at once: more than a screen has, few enough for a phone. */
const pageSize = 50;

/** All mailboxes of a filter, as far down as somebody has read. */
export function useMailboxes(filter: MailboxFilter) {
  return useInfiniteQuery({
    ...mailboxesQuery(useApi(), filter),
    placeholderData: keepPreviousData,
    // One page costs little and is kept new; of many, each would be asked for again.
    refetchOnWindowFocus: ({ state: { data } }) => (data?.pages.length ?? 0) <= 1,
    refetchInterval: ({ state: { data } }) => (data?.pages.length === 1 ? countsEveryMs : false),
  });
}

/** The question itself, so that it can be asked before there is a page. */
export function mailboxesQuery(api: Api, { search, state, sort, order }: MailboxFilter) {
  return infiniteQueryOptions({
    queryKey: ["mailboxes", search, state, sort, order],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: pageSize,
        sort,
        order,
        ...(pageParam === undefined ? {} : { after: pageParam }),
        ...(search === "" ? {} : { search }),
        ...(state === "" ? {} : { state }),
      };
      return answerOf(api.GET("/mailboxes", { params: { query }, signal }));
    },
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}
