// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf } from "../../api/api.ts";
import type { Answers } from "../../api/schema.ts";
import { useApi } from "../../api/use-api.ts";

export type Administrator = Answers["listAdministrators"]["administrators"][number];
export type Token = Answers["listTokens"]["tokens"][number];

const key = "administrators";

export function useAdministrators() {
  const api = useApi();
  return useQuery({
    queryKey: [key, "list"],
    queryFn: async ({ signal }) => (await answerOf(api.GET("/administrators", { signal }))).administrators,
  });
}

export function useTokens() {
  const api = useApi();
  return useQuery({
    queryKey: [key, "tokens"],
    queryFn: async ({ signal }) => (await answerOf(api.GET("/tokens", { signal }))).tokens,
  });
}

/** After a change: all that is shown of administrators is fetched anew. */
export function useAdministratorsChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: [key] });
}
