// SPDX-License-Identifier: Apache-2.0
import { QueryClient } from "@tanstack/react-query";
import { type Api, createApi } from "../api/api.ts";
import { problemOf } from "../api/problem.ts";
import { mustAddFactor, type Person, personKey, refreshPerson, setPerson } from "../api/session.ts";

/** On the window, when the gateway has ended the sign-in of somebody who was at work. */
export const signInEndedEvent = "postern-sign-in-ended";

export interface Connection {
  readonly api: Api;
  readonly queries: QueryClient;
}

/** The API and what was fetched over it, joined: the sign-in that the one ends is what the other knows of. */
export function createConnection(): Connection {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // What the gateway has refused once, it refuses again; what did not reach it may reach it now.
        retry: (failures, error) => {
          const { status } = problemOf(error);
          return failures < 2 && (status === 0 || status >= 500);
        },
      },
    },
  });
  const api = createApi({
    csrfToken: () => queries.getQueryData<Person | null>(personKey)?.csrfToken ?? undefined,
    signInEnded: () => {
      const person = queries.getQueryData<Person | null>(personKey);
      // Nobody was there yet, or it was said already: several calls may hear of it at once.
      if (person === undefined || person === null) return;
      setPerson(queries, null);
      dispatchEvent(new Event(signInEndedEvent));
    },
    factorNeeded: () => {
      // Said by every call of a page; one question is enough.
      if (!mustAddFactor(queries.getQueryData<Person | null>(personKey))) void refreshPerson(queries);
    },
  });
  return { api, queries };
}
