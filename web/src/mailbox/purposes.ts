// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { MailboxDetails } from "../api/mailbox.ts";

export type Purpose = MailboxDetails["purpose"];

/** Where the mail of a mailbox may come from, the most frequent first. */
const purposes: readonly Purpose[] = ["microsoft365", "google-workspace", "exchange", "postfix", "other", "proxy"];

export function isPurpose(text: string): text is Purpose {
  return purposes.some((purpose) => purpose === text);
}

/** For a select. */
export function usePurposeOptions(): readonly { readonly value: Purpose; readonly text: string }[] {
  const { t } = useTranslation("mailbox");
  return purposes.map((value) => ({ value, text: t(`purposes.${value}`) }));
}
