// SPDX-License-Identifier: Apache-2.0
import type { Attention, AttentionCode } from "./attention.ts";

/** What an administrator can choose to hear of. */
export const noticeKinds = ["store", "disk", "certificate", "not-pulled", "quiet", "errors"] as const;
export type NoticeKind = (typeof noticeKinds)[number];

const kindOf: Readonly<Record<AttentionCode, NoticeKind>> = {
  "store-failing": "store",
  "disk-low": "disk",
  "certificate-expires": "certificate",
  "certificate-renewal-failing": "certificate",
  "mailbox-not-pulled": "not-pulled",
  "mailbox-quiet": "quiet",
  "error-logged": "errors",
  "notice-not-delivered": "errors",
};

/** One thing that is wrong. Its key stays the same while it lasts. */
export interface Subject extends Attention {
  readonly key: string;
  readonly kind: NoticeKind;
  /** It happened and does not last: there is no all-clear. */
  readonly moment: boolean;
}

/** The subject that something wrong is. */
export function subjectOf(attention: Attention): Subject {
  const { code, mailbox, values } = attention;
  const moment = code === "error-logged";
  const name = moment ? values["event"] : code === "notice-not-delivered" ? values["channel"] : mailbox;
  return { ...attention, key: name === null ? code : `${code} ${String(name)}`, kind: kindOf[code], moment };
}

/** Error events that say what an own subject says. */
const toldBySubject: ReadonlySet<string> = new Set([
  "store/failing",
  "store/disk-low",
  "acme/failed",
  "certificate/expires",
  "notify/not-delivered",
]);

/** Error events that follow from a store that fails or is full; then they are no news. */
const fromStore: ReadonlySet<string> = new Set([
  "smtp/not-kept",
  "pop3-proxy/not-recorded",
  "proxy/not-settled",
  "audit/failing",
]);

/** Whether an error event is worth a notice of its own, beside what else is wrong. */
export function isNews(event: string, present: readonly Attention[]): boolean {
  if (toldBySubject.has(event)) return false;
  return !fromStore.has(event) || !present.some(({ code }) => code === "store-failing" || code === "disk-low");
}
