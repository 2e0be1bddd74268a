// SPDX-License-Identifier: Apache-2.0
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, use } from "react";
import { type Api, answerOf } from "./api.ts";
import { problemOf } from "./problem.ts";
import type { Answers } from "./schema.ts";
import { useApi } from "./use-api.ts";

/** Somebody who has signed in. */
export type Person = Answers["whoAmI"];
export type Scope = Person["scopes"][number];

export const personKey = ["sign-in"] as const;

/** Who is signed in; `null`: nobody. */
export function usePersonQuery() {
  return useQuery(personQuery(useApi()));
}

/** The question itself, so that it can be asked before there is a page. */
export function personQuery(api: Api) {
  return queryOptions({
    queryKey: personKey,
    staleTime: Number.POSITIVE_INFINITY,
    retry: (failures, error) => failures < 2 && problemOf(error).code === "console/unreachable",
    queryFn: async (): Promise<Person | null> => {
      try {
        return noted(await answerOf(api.GET("/sign-in")));
      } catch (error) {
        if (problemOf(error).status === 401) return noted(null);
        throw error;
      }
    },
  });
}

const signedInKey = "postern-signed-in";

/** Whether somebody was signed in when this browser was last here: a guess at what will be shown, and nothing more. */
export function wasSignedIn(): boolean {
  return localStorage.getItem(signedInKey) !== null;
}

function noted(person: Person | null): Person | null {
  if (person === null) localStorage.removeItem(signedInKey);
  else localStorage.setItem(signedInKey, "yes");
  return person;
}

/** Says that somebody has signed in, or nobody is any more; what was fetched for another person goes. */
export function setPerson(queries: QueryClient, person: Person | null): void {
  queries.setQueryData(personKey, noted(person));
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== personKey[0] });
}

export const PersonContext = createContext<Person | undefined>(undefined);

/** The signed-in person; for everything inside the shell. */
export function usePerson(): Person {
  const person = use(PersonContext);
  if (person === undefined) throw new Error("nobody is signed in around this component");
  return person;
}

/** Whether the person may do what needs a scope. What they may not do is not shown. */
export function useMay(): (scope: Scope) => boolean {
  const { scopes } = usePerson();
  return (scope) => scopes.includes(scope);
}

/** Whether the person must add a second factor before anything else. */
export function mustAddFactor(person: Person | null | undefined): boolean {
  return person?.secondFactorNeeded === true;
}

/** Asks anew who is signed in, and what they may do. */
export function refreshPerson(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ queryKey: personKey });
}

/** Signs out, here and at the gateway. */
export function useSignOut(): () => Promise<void> {
  const api = useApi();
  const queries = useQueryClient();
  return async () => {
    await answerOf(api.DELETE("/sign-in"));
    setPerson(queries, null);
  };
}
