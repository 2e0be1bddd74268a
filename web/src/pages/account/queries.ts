// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf } from "../../api/api.ts";
import type { Answers } from "../../api/schema.ts";
import { refreshPerson } from "../../api/session.ts";
import { useApi } from "../../api/use-api.ts";

export type Factor = Answers["listSecondFactors"]["factors"][number];
export type OwnToken = Answers["listOwnTokens"]["tokens"][number];
export type OwnSignIn = Answers["listSignIns"]["signIns"][number];

const account = "account";

export function useFactors() {
  const api = useApi();
  return useQuery({
    queryKey: [account, "second-factors"],
    queryFn: ({ signal }) => answerOf(api.GET("/account/second-factors", { signal })),
  });
}

export function useOwnTokens() {
  const api = useApi();
  return useQuery({
    queryKey: [account, "tokens"],
    queryFn: async ({ signal }) => (await answerOf(api.GET("/account/tokens", { signal }))).tokens,
  });
}

export function useOwnSignIns() {
  const api = useApi();
  return useQuery({
    queryKey: [account, "sign-ins"],
    queryFn: async ({ signal }) => (await answerOf(api.GET("/account/sign-ins", { signal }))).signIns,
  });
}

/** After a change of one's own account: all that is shown of it is fetched anew, and what one may do. */
export function useAccountChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([queries.invalidateQueries({ queryKey: [account] }), refreshPerson(queries)]);
  };
}
