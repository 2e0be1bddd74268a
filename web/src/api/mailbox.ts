// SPDX-License-Identifier: Apache-2.0
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Api, answerWithTag } from "./api.ts";
import type { Answers } from "./schema.ts";
import { useApi } from "./use-api.ts";

export type MailboxDetails = Answers["getMailbox"];

/** How often counts are looked at again while they are on the screen. */
export const countsEveryMs = 10_000;

const mailboxKey = (id: string) => ["mailbox", id] as const;

/** One mailbox with its counts and the tag of its settings; every page of a mailbox shares it. */
export function useMailbox(id: string) {
  return useQuery({ ...mailboxQuery(useApi(), id), refetchInterval: countsEveryMs });
}

/** The question itself, so that it can be asked before there is a page. */
export function mailboxQuery(api: Api, id: string) {
  return queryOptions({
    queryKey: mailboxKey(id),
    queryFn: async ({ signal }) => {
      const { answer, tag } = await answerWithTag(api.GET("/mailboxes/{id}", { params: { path: { id } }, signal }));
      return { mailbox: answer, tag };
    },
  });
}

/** After a change: what is shown of this mailbox, and of all, is fetched anew. */
export function useMailboxChanged(): (id: string) => Promise<void> {
  const queries = useQueryClient();
  return async (id) => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: mailboxKey(id) }),
      queries.invalidateQueries({ queryKey: ["mailboxes"] }),
      queries.invalidateQueries({ queryKey: ["overview"] }),
    ]);
  };
}

/** After a removal: nothing asks for it again. */
export function useMailboxRemoved(): (id: string) => Promise<void> {
  const queries = useQueryClient();
  return async (id) => {
    queries.removeQueries({ queryKey: mailboxKey(id) });
    await queries.invalidateQueries({ queryKey: ["mailboxes"] });
    await queries.invalidateQueries({ queryKey: ["overview"] });
  };
}
