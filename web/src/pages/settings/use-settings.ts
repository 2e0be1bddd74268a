// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerWithTag } from "../../api/api.ts";
import { useApi } from "../../api/use-api.ts";
import { useToast } from "../../components/toasts.tsx";

const key = ["settings"] as const;

/** All settings, with the tag that a change names. */
export function useSettings() {
  const api = useApi();
  return useQuery({ queryKey: key, queryFn: () => answerWithTag(api.GET("/settings")) });
}

/** Sets some settings, all or none; `null` gives one back to the file or the default. */
export function useChangeSettings(onSaved: () => void) {
  const { t } = useTranslation("settings");
  const api = useApi();
  const queries = useQueryClient();
  const say = useToast();
  return useMutation({
    mutationFn: ({ settings, tag }: { readonly settings: Readonly<Record<string, unknown>>; readonly tag: string }) =>
      answerWithTag(api.PATCH("/settings", { params: { header: { "if-match": tag } }, body: { settings } })),
    onSuccess: async (changed) => {
      queries.setQueryData(key, changed);
      onSaved();
      say(t("saved"));
      await queries.invalidateQueries({ queryKey: ["certificate"] });
      await queries.invalidateQueries({ queryKey: ["status"] });
    },
    // What others have set is fetched, so that the next attempt is about that.
    onError: () => queries.invalidateQueries({ queryKey: key }),
  });
}
