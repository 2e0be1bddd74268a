// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { describeError } from "../../base/errors.ts";
import { parseUniqueId } from "../../base/ids.ts";
import { type DataDirectory, segmentPath } from "../data-directory.ts";
import { recordHeaderBytes } from "../record.ts";
import { scanSegment } from "../segment-scan.ts";
import type { FromStoreThread } from "../thread-messages.ts";
import type { Files } from "./files.ts";
import type { SegmentAccounts } from "./segment-accounts.ts";

interface SegmentParts {
  readonly index: DatabaseSync;
  readonly directory: DataDirectory;
  readonly files: Files;
  readonly accounts: SegmentAccounts;
}

/** Unlinks the segments in which nothing lives, but for the one that may still grow. */
export function dropDeadSegments(parts: SegmentParts, active: number, tell: (told: FromStoreThread) => void): void {
  const { index, directory, files, accounts } = parts;
  for (const [segment, { bytes, liveBytes }] of Array.from(accounts.entries())) {
    if (liveBytes > 0 || segment === active) continue;
    if (!isDead(index, directory, segment)) {
      accounts.correct(segment, countLiveBytes(index, segment));
      tell({ kind: "damaged", segment, offset: 0, detail: "its account was wrong: something lives in it" });
      continue;
    }
    accounts.forget(segment);
    tell({ kind: "segment-gone", segment });
    try {
      files.unlink(segmentPath(directory, segment));
      tell({ kind: "compacted", segment, freedBytes: bytes });
    } catch (error) {
      // Only its space is lost; no mail is refused for that, and the next start unlinks it.
      tell({ kind: "leftover", segment, detail: describeError(error) });
    }
  }
}

/**
 * Whether the rows know nothing that lives in this segment: asked before its file goes, since the account alone is not
 * believed, and were it wrong, mail would be lost. Every record that the file has is looked up by its key; only a file
 * with something unreadable in it costs a walk over all rows.
 */
function isDead(index: DatabaseSync, directory: DataDirectory, segment: number): boolean {
  const path = segmentPath(directory, segment);
  if (!existsSync(path)) return true;
  try {
    return isDeadByRecords(index, path, segment);
  } catch (error) {
    // A file that cannot be read says nothing of what is in it; the rows do. What SQLite says is not caught here.
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return !livesAnything(index, segment);
  }
}

function isDeadByRecords(index: DatabaseSync, path: string, segment: number): boolean {
  const isHere = index.prepare(
    `SELECT 1 FROM message WHERE mailbox = (SELECT number FROM mailbox WHERE id = ?) AND sequence = ?
     AND segment = ? AND offset = ?`,
  );
  for (const stretch of scanSegment(path)) {
    if (stretch.kind === "unreadable") return !livesAnything(index, segment);
    const { header, offset } = stretch;
    const sequence = parseUniqueId(header.uniqueId)?.sequence ?? 0;
    if (isHere.get(header.mailbox, sequence, segment, offset) !== undefined) return false;
  }
  return true;
}

function livesAnything(index: DatabaseSync, segment: number): boolean {
  return index.prepare("SELECT 1 FROM message WHERE segment = ? LIMIT 1").get(segment) !== undefined;
}

/** What the rows say that lives in a segment, records with their headers. Walks over all rows. */
function countLiveBytes(index: DatabaseSync, segment: number): number {
  const row = index
    .prepare(`SELECT coalesce(sum(sealed_bytes + ${recordHeaderBytes}), 0) AS bytes FROM message WHERE segment = ?`)
    .get(segment);
  return Number(row?.["bytes"]);
}
