// SPDX-License-Identifier: Apache-2.0
import { archives } from "./archives.ts";
import { clients } from "./clients.ts";
import { hostedSenders } from "./senders-hosted.ts";
import { ownSenders } from "./senders-own.ts";
import { type Group, groups, type Sheet } from "./sheet.ts";

/** Every sheet, in the order in which they are shown. */
export const sheets: readonly Sheet[] = [...hostedSenders, ...ownSenders, ...clients, ...archives];

/** The sheet that a mailbox of a purpose opens with. */
const firstSheets = {
  microsoft365: "microsoft365",
  "google-workspace": "google-workspace",
  exchange: "exchange",
  postfix: "postfix",
  other: "other-server",
  proxy: "outlook",
} as const;

export type Purpose = keyof typeof firstSheets;

export function firstSheet(purpose: Purpose): string {
  return firstSheets[purpose];
}

/** Who records by the proxy has no use for journaling first, and the other way round. */
export function groupsFor(purpose: string): readonly Group[] {
  return purpose === "proxy" ? ["clients", "archives", "senders"] : groups;
}
