// SPDX-License-Identifier: Apache-2.0

/** What a row of the ledger can say, the frequent first. */
export const ledgerEvents = [
  "accepted",
  "refused",
  "pulled",
  "removed",
  "offered",
  "unknown",
  "withdrawn",
  "receipt-added",
  "verdict-added",
  "created",
  "changed",
  "activated",
  "suspended",
  "key-changed",
  "password-changed",
  "mailbox-removed",
  "damaged",
  "recovered",
  "repaired",
] as const;

export type LedgerEvent = (typeof ledgerEvents)[number];

export function isLedgerEvent(text: string): text is LedgerEvent {
  return ledgerEvents.some((each) => each === text);
}

/** The colour that repeats the word. */
export function kindOf(event: string): "good" | "warning" | "accent" | "neutral" {
  if (event === "accepted") return "good";
  if (event === "refused" || event === "unknown" || event === "damaged") return "warning";
  return event === "pulled" ? "accent" : "neutral";
}
