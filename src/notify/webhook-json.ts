// SPDX-License-Identifier: Apache-2.0
import { limits } from "../base/limits.ts";
import type { LedgerEntry } from "./channel-ledger.ts";
import { byWeight, headlineOf, isoOf, type Letter } from "./letter.ts";
import { oneLine } from "./mail-text.ts";
import { endWordsOf, wordsOf } from "./words.ts";

/** The letter as JSON; docs/manual/notifications.md describes it. */
export function composeJson(letter: Letter): string {
  const { id, atMs, hostName, consoleUrl, content } = letter;
  const about = {
    type: content === "test" ? "test" : "notice",
    id,
    at: isoOf(atMs),
    gateway: hostName,
    console: consoleUrl ?? null,
    headline: oneLine(headlineOf(letter)),
  };
  if (content === "test") return JSON.stringify(about);
  return JSON.stringify({
    ...about,
    ...listOf("began", content.began),
    ...listOf("passed", content.passed),
    ...listOf("lasting", content.lasting),
    ...listOf("ended", content.ended),
  });
}

/** The first ones, and how many there are. */
function listOf(name: string, entries: readonly LedgerEntry[]) {
  const named = byWeight(entries).slice(0, limits.noticeSubjectsNamed);
  return { [name]: named.map(viewOf), [`${name}Total`]: entries.length };
}

function viewOf(entry: LedgerEntry) {
  const { subject, beganMs, endedMs } = entry;
  const { key, kind, code, severity, mailbox, mailboxName, at, values } = subject;
  const words = endedMs === null ? wordsOf(subject) : { title: endWordsOf(entry), text: "" };
  const { title, text } = words;
  return {
    key,
    kind,
    code,
    severity,
    mailbox,
    mailboxName,
    at,
    began: isoOf(beganMs),
    ended: endedMs === null ? null : isoOf(endedMs),
    title: oneLine(title),
    text: oneLine(text),
    values,
  };
}
