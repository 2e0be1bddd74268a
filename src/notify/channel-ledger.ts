// SPDX-License-Identifier: Apache-2.0
import { limits } from "../base/limits.ts";
import type { NoticeKind, Subject } from "./subject.ts";

export type EndedHow = "well" | "unwatched";

/** What is wrong now, and how to read that something is no more. */
export interface Present {
  readonly subjects: readonly Subject[];
  readonly howEnded: (subject: Subject) => EndedHow;
}

/** What one channel was told, and has yet to be told, of one subject. Times are milliseconds since 1970. */
export interface LedgerEntry {
  readonly subject: Subject;
  readonly beganMs: number;
  /** When it was last told; `null`: not yet. */
  readonly toldMs: number | null;
  /** `null`: it lasts. */
  readonly endedMs: number | null;
  /** `unwatched`: nobody can say that it is well; it is only looked for no longer. */
  readonly how: EndedHow;
  /** It happened again since it was told. Only of moments: what lasts is reminded of anyway. */
  readonly again: boolean;
}

/** Everything that a channel needs to know across a restart. */
export interface ChannelLedger {
  readonly entries: ReadonlyMap<string, LedgerEntry>;
  /** The notices of the last hour. */
  readonly sentMs: readonly number[];
  /** When somebody was last reminded. */
  readonly remindedMs: number | null;
}

export const emptyLedger: ChannelLedger = { entries: new Map(), sentMs: [], remindedMs: null };

/** What one notice says. */
export interface Notice {
  readonly began: readonly LedgerEntry[];
  /** Began and ended before anybody could be told. */
  readonly passed: readonly LedgerEntry[];
  readonly lasting: readonly LedgerEntry[];
  readonly ended: readonly LedgerEntry[];
}

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;

const untold = { toldMs: null, endedMs: null, how: "well", again: false } as const;

/** Takes over what is wrong now. `kinds`: what the channel is to be told of. */
export function observe(
  ledger: ChannelLedger,
  { subjects, howEnded }: Present,
  { kinds, nowMs }: { readonly kinds: readonly NoticeKind[]; readonly nowMs: number },
): ChannelLedger {
  const present = new Map(subjects.filter(({ kind }) => kinds.includes(kind)).map((each) => [each.key, each]));
  const entries = new Map<string, LedgerEntry>();
  for (const [key, entry] of ledger.entries) {
    if (!kinds.includes(entry.subject.kind)) continue;
    const subject = present.get(key);
    const kept = subject === undefined ? missing(entry, howEnded, nowMs) : lasting(entry, subject);
    if (kept !== undefined) entries.set(key, kept);
  }
  for (const [key, subject] of present) if (!entries.has(key)) entries.set(key, { subject, beganMs: nowMs, ...untold });
  const sentMs = ledger.sentMs.filter((atMs) => nowMs - atMs < hourMs);
  return { ...ledger, entries: withoutOldPassed(entries), sentMs };
}

function lasting(entry: LedgerEntry, subject: Subject): LedgerEntry {
  return { ...entry, subject, endedMs: null, again: subject.moment && entry.toldMs !== null };
}

function missing(entry: LedgerEntry, howEnded: Present["howEnded"], nowMs: number): LedgerEntry | undefined {
  if (entry.subject.moment) {
    const isOver = entry.toldMs !== null && !entry.again && nowMs - entry.toldMs >= dayMs;
    return isOver ? undefined : entry;
  }
  return entry.endedMs === null ? { ...entry, endedMs: nowMs, how: howEnded(entry.subject) } : entry;
}

/** A channel that stays away must not let the past grow without end; the oldest is forgotten. */
function withoutOldPassed(entries: ReadonlyMap<string, LedgerEntry>): ReadonlyMap<string, LedgerEntry> {
  const passed = [...entries].filter(([, { toldMs, endedMs }]) => toldMs === null && endedMs !== null);
  const tooMany = passed
    .toSorted(([, one], [, other]) => (one.endedMs ?? 0) - (other.endedMs ?? 0))
    .slice(0, Math.max(0, passed.length - limits.noticesPassedKept));
  const forgotten = new Set(tooMany.map(([key]) => key));
  return forgotten.size === 0 ? entries : new Map([...entries].filter(([key]) => !forgotten.has(key)));
}

/** What is to be told, and when; `undefined`: nothing. */
export interface DueNotice {
  readonly notice: Notice;
  readonly dueMs: number;
}

/**
 * The next notice of a channel. What begins or ends together goes together: it waits a few seconds for company. So many an
 * hour; after that it gathers. A reminder comes once a day, for everything that lasts a day since it was told.
 */
export function dueNotice({ entries, sentMs, remindedMs }: ChannelLedger, nowMs: number): DueNotice | undefined {
  const all = [...entries.values()];
  const news = all.filter(({ toldMs, endedMs }) => toldMs === null || endedMs !== null);
  const lasting = all.filter(({ toldMs, endedMs }) => toldMs !== null && endedMs === null);
  const reminders = lasting.filter(({ subject, again }) => !subject.moment || again);
  const newsMs = earliest(news.map(({ beganMs, endedMs }) => (endedMs ?? beganMs) + limits.noticeGatherMs));
  const afterLast = remindedMs === null ? 0 : remindedMs + dayMs;
  const remindMs = Math.max(afterLast, earliest(reminders.map(({ toldMs }) => (toldMs ?? 0) + dayMs)));
  const wantedMs = Math.min(newsMs, remindMs);
  if (!Number.isFinite(wantedMs)) return undefined;
  const crowded = sentMs.length < limits.noticesPerHour ? 0 : (sentMs.at(-limits.noticesPerHour) ?? 0) + hourMs;
  const dueMs = Math.max(wantedMs, crowded);
  const atMs = Math.max(dueMs, nowMs);
  const told = remindMs <= atMs ? reminders.filter(({ toldMs }) => (toldMs ?? 0) + dayMs <= atMs) : [];
  return {
    dueMs,
    notice: {
      began: news.filter(({ toldMs, endedMs }) => toldMs === null && endedMs === null),
      passed: news.filter(({ toldMs, endedMs }) => toldMs === null && endedMs !== null),
      ended: news.filter(({ toldMs }) => toldMs !== null),
      lasting: told,
    },
  };
}

/** Of a list of any length; of an empty one there is none. */
function earliest(times: readonly number[]): number {
  return times.reduce((first, each) => Math.min(first, each), Number.POSITIVE_INFINITY);
}

/** Takes over that a notice was delivered. What changed while it was under way is still to be told. */
export function delivered(ledger: ChannelLedger, notice: Notice, nowMs: number): ChannelLedger {
  const entries = new Map(ledger.entries);
  for (const { subject } of [...notice.began, ...notice.lasting]) {
    const now = entries.get(subject.key);
    if (now !== undefined) entries.set(subject.key, { ...now, toldMs: nowMs, again: false });
  }
  for (const { subject } of [...notice.passed, ...notice.ended]) {
    const now = entries.get(subject.key);
    if (now === undefined) continue;
    if (now.endedMs !== null) entries.delete(subject.key);
    // It was told to be over, and began anew meanwhile.
    else entries.set(subject.key, { ...now, toldMs: null, beganMs: nowMs });
  }
  const remindedMs = notice.lasting.length > 0 ? nowMs : ledger.remindedMs;
  return { entries, sentMs: [...ledger.sentMs, nowMs].slice(-limits.noticesPerHour), remindedMs };
}

/** How long a channel waits after so many failures in a row: longer each time, up to an hour. */
export function pauseMs(failures: number): number {
  return Math.min(limits.noticeRetryMs * 2 ** Math.min(failures - 1, 20), limits.noticeRetryLongestMs);
}
