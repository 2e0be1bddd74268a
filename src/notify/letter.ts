// SPDX-License-Identifier: Apache-2.0
import { limits } from "../base/limits.ts";
import type { LedgerEntry, Notice } from "./channel-ledger.ts";
import { endWordsOf, timeOf, type Words, wordsOf } from "./words.ts";

/** What goes out over a channel, before the channel gives it its form. */
export interface Letter {
  /** Of this attempt; it stands in the Message-ID and in the header of the webhook. */
  readonly id: string;
  readonly atMs: number;
  /** The gateway's. */
  readonly hostName: string;
  /** Of the console, with a slash at the end; `undefined`: there is none. */
  readonly consoleUrl: string | undefined;
  /** `test`: an administrator asked for it. */
  readonly content: Notice | "test";
}

/** The line that says it all: the gateway, and the worst of it. */
export function headlineOf({ hostName, content }: Letter): string {
  if (content === "test") return `[Postern ${hostName}] Test notice`;
  const { began, passed, lasting, ended } = content;
  const worst = [...byWeight(began), ...byWeight(passed), ...byWeight(lasting)].at(0);
  const count = began.length + passed.length + lasting.length + ended.length;
  const more = count > 1 ? ` (and ${count - 1} more)` : "";
  if (worst !== undefined)
    return `[Postern ${hostName}] ${markOf(worst, content)}${wordsOf(worst.subject).title}${more}`;
  const [first] = ended;
  return `[Postern ${hostName}] Over: ${first === undefined ? "" : endWordsOf(first)}${more}`;
}

function markOf(entry: LedgerEntry, { passed, lasting }: Notice): string {
  return passed.includes(entry) ? "Was: " : lasting.includes(entry) ? "Still: " : "";
}

/** The whole letter as text for people: short lines are the channel's business. */
export function textOf(letter: Letter): readonly string[] {
  const { hostName, content, consoleUrl, atMs } = letter;
  const end = [
    "",
    ...(consoleUrl === undefined ? [] : [`Console: ${consoleUrl}`]),
    `This notice was made by the Postern gateway ${hostName} at ${timeOf(isoOf(atMs))}.`,
    "Which notices come, and to whom, is set on the settings page of the console, section Notices.",
  ];
  if (content === "test")
    return [
      "This is a test notice. An administrator asked for it.",
      "",
      "That you read it shows that notices of this gateway reach you here.",
      ...end,
    ];
  return [
    ...part("What is wrong", content.began, (entry) => lasting(letter, entry)),
    ...part("What was wrong and is over", content.passed, (entry) => [
      `* ${wordsOf(entry.subject).title}`,
      `  From ${timeOf(isoOf(entry.beganMs))} to ${timeOf(isoOf(entry.endedMs ?? atMs))}. ${endWordsOf(entry)}`,
    ]),
    ...part("What is still wrong", content.lasting, (entry) => lasting(letter, entry)),
    ...part("What is over", content.ended, (entry) => [
      `* ${endWordsOf(entry)}`,
      `  You were told of it first at ${timeOf(isoOf(entry.beganMs))}.`,
    ]),
    ...end,
  ].slice(1);
}

function lasting({ consoleUrl }: Letter, entry: LedgerEntry): readonly string[] {
  const { title, text, page }: Words = wordsOf(entry.subject);
  const link = consoleUrl === undefined ? [] : [`  ${consoleUrl}${page}`];
  const since = entry.subject.moment ? [] : [`  Noticed at ${timeOf(isoOf(entry.beganMs))}.`];
  return [`* ${title}`, `  ${text}`, ...since, ...link];
}

function part(
  heading: string,
  entries: readonly LedgerEntry[],
  write: (entry: LedgerEntry) => readonly string[],
): readonly string[] {
  if (entries.length === 0) return [];
  const named = byWeight(entries).slice(0, limits.noticeSubjectsNamed);
  const more = entries.length - named.length;
  return [
    "",
    heading,
    "-".repeat(heading.length),
    ...named.flatMap((entry) => [""].concat(write(entry))),
    ...(more > 0 ? ["", `And ${more} more; the overview of the console has them.`] : []),
  ];
}

/** Errors first; among them in the order in which they began. */
export function byWeight(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const rank = ({ subject }: LedgerEntry): number => (subject.severity === "error" ? 0 : 1);
  return entries.toSorted((one, other) => rank(one) - rank(other) || one.beganMs - other.beganMs);
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
