// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Api, answerOf } from "../../api/api.ts";
import type { Answers } from "../../api/schema.ts";
import { useApi } from "../../api/use-api.ts";
import { useToast } from "../../components/toasts.tsx";

export type Certificate = Answers["getCertificate"];

const key = ["certificate"] as const;
const orderLookMs = 2000;
const lookMs = 60_000;

/** The certificate that is shown; looked at often while one is being asked for. */
export function useCertificate() {
  const api = useApi();
  return useQuery({
    queryKey: key,
    queryFn: () => answerOf(api.GET("/certificate")),
    refetchInterval: ({ state }) => (state.data?.acme.state === "ordering" ? orderLookMs : lookMs),
  });
}

/** A change of the certificate: says that it is done, and shows what is there now. */
export function useChange<T>(done: string, work: (api: Api, input: T) => Promise<Certificate>) {
  const api = useApi();
  const queries = useQueryClient();
  const say = useToast();
  return useMutation({
    mutationFn: (input: T) => work(api, input),
    onSuccess: async (certificate) => {
      queries.setQueryData(key, certificate);
      say(done);
      await queries.invalidateQueries({ queryKey: ["settings"] });
      await queries.invalidateQueries({ queryKey: ["overview"] });
    },
  });
}
