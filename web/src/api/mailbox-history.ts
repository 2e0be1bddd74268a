// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { LedgerEvent } from "../mailbox/ledger-events.ts";
import { type Api, answerOf } from "./api.ts";
import { liveEveryMs } from "./overview.ts";
import type { Answers } from "./schema.ts";
import { useApi } from "./use-api.ts";

export type Origin = Answers["listMailboxOrigins"]["origins"][number];
export type LedgerEntry = Answers["getMailboxLedger"]["entries"][number];
export type Refusal = Answers["listRefusals"]["refusals"][number];

const pageSize = 50;

/** Where the mail of a mailbox came from. */
export function useOrigins(id: string) {
  return useQuery({ ...originsQuery(useApi(), id), refetchInterval: liveEveryMs });
}

export function originsQuery(api: Api, id: string) {
  return queryOptions({
    queryKey: ["origins", id],
    queryFn: ({ signal }) => answerOf(api.GET("/mailboxes/{id}/origins", { params: { path: { id } }, signal })),
  });
}

/** The ledger of a mailbox, the newest first; `event`: only rows of this one. */
export function useLedger(id: string, event: LedgerEvent | "") {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["ledger", id, event],
    initialPageParam: undefined as number | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: pageSize,
        ...(pageParam === undefined ? {} : { before: pageParam }),
        ...(event === "" ? {} : { event }),
      };
      return answerOf(api.GET("/mailboxes/{id}/ledger", { params: { path: { id }, query }, signal }));
    },
    getNextPageParam: ({ next }) => next ?? undefined,
    // Whoever reads further down is not disturbed.
    refetchInterval: ({ state: { data } }) => (data?.pages.length === 1 ? liveEveryMs : false),
  });
}

export interface RefusalFilter {
  /** Of one mailbox; without it those that named no mailbox are there as well. */
  readonly mailbox: string | undefined;
  readonly peer: string;
  readonly recipient: string;
  /** How many hours back; `undefined`: all that is kept. */
  readonly hours: number | undefined;
}

/** What the gateway refused, the newest first. */
export function useRefusals({ mailbox, peer, recipient, hours }: RefusalFilter) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["refusals", mailbox, peer, recipient, hours],
    initialPageParam: undefined as number | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: pageSize,
        ...(mailbox === undefined ? {} : { mailbox }),
        ...(peer === "" ? {} : { peer }),
        ...(recipient === "" ? {} : { recipient }),
        ...(hours === undefined ? {} : { from: new Date(Date.now() - hours * 3_600_000).toISOString() }),
        ...(pageParam === undefined ? {} : { before: pageParam }),
      };
      return answerOf(api.GET("/refusals", { params: { query }, signal }));
    },
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: ({ state: { data } }) => (data?.pages.length === 1 ? liveEveryMs : false),
  });
}
