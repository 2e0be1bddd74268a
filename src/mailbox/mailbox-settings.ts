// SPDX-License-Identifier: Apache-2.0
import type { MailboxRow } from "../store/contract.ts";

/** Where the mail of a mailbox comes from. Chooses what an administrator is shown; nothing is refused because of it. */
export const purposes = ["microsoft365", "google-workspace", "exchange", "postfix", "other", "proxy"] as const;
export type Purpose = (typeof purposes)[number];

/** What a mailbox was made for; mailboxes from before this was asked are for whatever comes. */
export function purposeOf({ settings }: Pick<MailboxRow, "settings">): Purpose {
  return purposes.find((each) => each === settings["purpose"]) ?? "other";
}

/** What may wait in the mailbox, in sealed octets; `undefined`: as much as the disk takes. */
export function mostWaitingBytesOf({ settings }: Pick<MailboxRow, "settings">): number | undefined {
  const most = settings["mostWaitingBytes"];
  return typeof most === "number" ? most : undefined;
}

/** Servers that the proxy may reach for this mailbox, of those that the gateway allows; empty: all of those. */
export function allowedTargetsOf({ settings }: Pick<MailboxRow, "settings">): readonly string[] {
  const targets = settings["allowedTargets"];
  return Array.isArray(targets) ? targets.filter((each) => typeof each === "string") : [];
}
