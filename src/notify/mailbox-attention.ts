// SPDX-License-Identifier: Apache-2.0
import type { MailboxId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { hourMs } from "../store/activity-hours.ts";
import type { MailboxCounts, Store } from "../store/contract.ts";
import type { Attention, AttentionCode } from "./attention.ts";

/** A mailbox is quiet when it had so much in a week and then nothing. */
const usualInAWeek = 10;
const weekMs = 7 * 24 * hourMs;
/** So long a silence is looked at; whoever has done nothing until then does not miss the mail. */
const quietLooksMs = 6 * 24 * hourMs;

/** What is needed of a mailbox. */
export type NamedMailbox = Pick<Mailbox, "id" | "name" | "state">;

export interface Looked {
  readonly all: readonly NamedMailbox[];
  readonly counts: ReadonlyMap<MailboxId, MailboxCounts>;
  readonly nowMs: number;
}

/**
 * Mailboxes whose mail used to come and has not for `quietMs`. Those that had mail lately and have none now are few; only
 * for them the week before is read.
 */
export async function quietMailboxes(
  store: Pick<Store, "activity">,
  { all, counts, nowMs }: Looked,
  quietMs: number,
): Promise<readonly Attention[]> {
  const candidates = all
    .map((mailbox) => ({ mailbox, lastMs: counts.get(mailbox.id)?.lastReceivedAtMs ?? 0 }))
    .filter(
      ({ mailbox, lastMs }) => mailbox.state === "active" && isBetween(nowMs - lastMs, quietMs, quietMs + quietLooksMs),
    )
    .toSorted((one, other) => one.lastMs - other.lastMs)
    .slice(0, limits.quietMailboxesLookedAt);
  const found = await Promise.all(
    candidates.map(async ({ mailbox, lastMs }) => {
      const week = await store.activity(mailbox.id, { fromMs: lastMs - weekMs, toMs: lastMs + 1 });
      const received = week.reduce((sum, hour) => sum + hour.received, 0);
      return received < usualInAWeek ? [] : [aboutMailbox("mailbox-quiet", mailbox, { atMs: lastMs, received })];
    }),
  );
  return found.flat();
}

/** Mailboxes in which something has waited for `waitingMs`. */
export function notPulledMailboxes({ all, counts, nowMs }: Looked, waitingMs: number): readonly Attention[] {
  return all.flatMap((mailbox) => {
    const { oldestReceivedAtMs, messages } = counts.get(mailbox.id) ?? { oldestReceivedAtMs: undefined, messages: 0 };
    if (oldestReceivedAtMs === undefined || messages === 0 || nowMs - oldestReceivedAtMs < waitingMs) return [];
    return [aboutMailbox("mailbox-not-pulled", mailbox, { atMs: oldestReceivedAtMs, messages })];
  });
}

function aboutMailbox(
  code: AttentionCode,
  { id, name }: NamedMailbox,
  { atMs, ...values }: { readonly atMs: number; readonly [name: string]: number },
): Attention {
  const at = new Date(atMs).toISOString();
  return { code, severity: "warning", mailbox: id, mailboxName: name, at, values };
}

function isBetween(value: number, low: number, high: number): boolean {
  return value > low && value < high;
}
