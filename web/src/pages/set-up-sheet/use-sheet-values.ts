// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../../api/api.ts";
import type { MailboxDetails } from "../../api/mailbox.ts";
import { useApi } from "../../api/use-api.ts";
import type { SheetValues } from "./sheet.ts";

/** The values of one mailbox and this gateway. The fingerprint comes a moment later. */
export function useSheetValues({ id, address, deliver, pull, submit }: MailboxDetails): SheetValues {
  const api = useApi();
  const status = useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => answerOf(api.GET("/status", { signal })),
  });
  return {
    id,
    address,
    domain: address.slice(address.indexOf("@") + 1),
    smtp: deliver[0],
    pull: pull[0],
    submit: submit[0],
    fingerprint: status.data?.running?.certificateFingerprint,
  };
}
