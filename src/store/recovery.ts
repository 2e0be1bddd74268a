// SPDX-License-Identifier: Apache-2.0
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { parseUniqueId } from "../base/ids.ts";
import { type DataDirectory, parseSegmentName } from "./data-directory.ts";
import type { IndexWriter } from "./writer/index-writer.ts";

/** What a start found and put in order. */
export interface RecoveryReport {
  /** Messages that were *offered* when the gateway ended; they are kept as *unknown*. */
  readonly outcomeUnknown: number;
  /** Files of large messages that were never acknowledged; they are gone. */
  readonly sweptLargeFiles: number;
  /** Segment files in which nothing is wanted; they are gone. */
  readonly sweptSegments: number;
}

/**
 * Puts a data directory in order before anything else happens: idempotent, and nothing that was acknowledged is touched.
 * Payload is written before its row, so what a crash leaves is payload without a row, never a row without payload.
 */
export function recover(
  index: DatabaseSync,
  directory: DataDirectory,
  parts: { readonly writer: IndexWriter; readonly atMs: number },
): RecoveryReport {
  return {
    outcomeUnknown: settleOffered(index, parts.writer, parts.atMs),
    sweptLargeFiles: sweepLargeFiles(index, directory),
    sweptSegments: sweepSegments(index, directory, parts.writer),
  };
}

function settleOffered(index: DatabaseSync, writer: IndexWriter, atMs: number): number {
  const offered = index.prepare("SELECT mailbox, sequence FROM message WHERE state = 0").all();
  if (offered.length === 0) return 0;
  index.exec("BEGIN");
  for (const row of offered) {
    const key = { mailbox: Number(row["mailbox"]), sequence: Number(row["sequence"]) };
    writer.settle(key, "unknown", { atMs, detail: "the gateway ended before the verdict" });
  }
  writer.flush();
  index.exec("COMMIT");
  return offered.length;
}

function sweepLargeFiles(index: DatabaseSync, directory: DataDirectory): number {
  const isKept = index.prepare("SELECT 1 FROM message WHERE sequence = ? AND segment = 0");
  let swept = 0;
  for (const name of readdirSync(directory.large)) {
    const id = name.endsWith(".age") ? parseUniqueId(name.slice(0, -4)) : undefined;
    if (id === undefined || isKept.get(id.sequence) !== undefined) continue;
    rmSync(join(directory.large, name), { force: true });
    swept += 1;
  }
  return swept;
}

function sweepSegments(index: DatabaseSync, directory: DataDirectory, writer: IndexWriter): number {
  // The account alone is not believed: were it wrong, mail would be lost. It is asked for few files, mostly for none.
  const isWanted = index.prepare("SELECT 1 FROM message WHERE segment = ? LIMIT 1");
  let swept = 0;
  for (const name of readdirSync(directory.segments)) {
    const number = parseSegmentName(name);
    if (number === undefined || (writer.segments.get(number)?.liveBytes ?? 0) > 0) continue;
    if (isWanted.get(number) !== undefined) continue;
    rmSync(join(directory.segments, name), { force: true });
    writer.segments.forget(number);
    swept += 1;
  }
  return swept;
}
