// SPDX-License-Identifier: Apache-2.0

import { hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { describeError } from "../../base/errors.ts";
import { parseUniqueId } from "../../base/ids.ts";
import { type DataDirectory, segmentPath } from "../data-directory.ts";
import { readRecordHeader, recordHeaderBytes } from "../record.ts";
import type { IndexWriter } from "./index-writer.ts";
import type { SegmentAccounts } from "./segment-accounts.ts";
import type { SegmentWriter } from "./segment-writer.ts";

/** What one step copies at most, so that a commit never waits long for it. */
const sliceBytes = 2 * 1024 * 1024;

interface LiveRecord {
  readonly mailbox: number;
  readonly sequence: number;
  readonly offset: number;
  readonly octets: Buffer;
}

export interface CompactionParts {
  readonly index: DatabaseSync;
  readonly writer: IndexWriter;
  readonly segments: SegmentWriter;
  readonly directory: DataDirectory;
}

/** A segment of which less than half is wanted; never the active one, nor one that was given up. */
export function worthCompacting(
  accounts: SegmentAccounts,
  activeNumber: number,
  givenUp: ReadonlySet<number>,
): { readonly number: number; readonly from: number } | undefined {
  for (const [number, { bytes, liveBytes }] of accounts.entries())
    if (number !== activeNumber && liveBytes > 0 && liveBytes * 2 < bytes && !givenUp.has(number))
      return { number, from: 0 };
  return undefined;
}

/** Something that cannot be copied because it is not what was recorded. */
export interface DamagedRecord {
  readonly offset: number;
  readonly detail: string;
}

interface Slice {
  readonly live: readonly LiveRecord[];
  readonly damaged: readonly DamagedRecord[];
  /** Where to go on; `undefined` at the end, or where nothing further can be found. */
  readonly next: number | undefined;
}

/**
 * Copies what is alive in a mostly dead segment to the active one, a slice at a time: checked against the ledger, synced,
 * then the rows are pointed to the copies in one transaction. Ended in the middle it leaves copies that nothing points
 * to. What is damaged stays where it is: a copy of it would only be harder to rescue.
 * @returns the offset to go on from, `undefined` when the walk is over, and what was found damaged
 */
export function compactSlice(
  segment: { readonly number: number; readonly from: number },
  parts: CompactionParts,
): Pick<Slice, "next" | "damaged"> {
  const { live, next, damaged } = readSlice(segmentPath(parts.directory, segment.number), segment, parts.index);
  if (live.length > 0) copyRecords(segment.number, live, parts);
  return { next, damaged };
}

function copyRecords(
  fromSegment: number,
  live: readonly LiveRecord[],
  { index, writer, segments }: { index: DatabaseSync; writer: IndexWriter; segments: SegmentWriter },
): void {
  const placed = segments.append(
    live.map((record) => record.octets),
    live.reduce((sum, record) => sum + record.octets.length, 0),
  );
  let offset = placed.offset;
  index.exec("BEGIN IMMEDIATE");
  try {
    for (const record of live) {
      const recordBytes = record.octets.length;
      const from = { segment: fromSegment, offset: record.offset };
      writer.moveMessage(record, { from, to: { segment: placed.segment, offset }, recordBytes });
      offset += recordBytes;
    }
    writer.flush();
    index.exec("COMMIT");
  } catch (error) {
    if (index.isTransaction) index.exec("ROLLBACK");
    throw error;
  }
}

function readSlice(
  path: string,
  segment: { readonly number: number; readonly from: number },
  index: DatabaseSync,
): Slice {
  const isLive = index.prepare(
    `SELECT m.mailbox, l.sha256 FROM message m LEFT JOIN ledger l ON l.mailbox = m.mailbox AND l.position = m.ledger_position
     WHERE m.mailbox = (SELECT number FROM mailbox WHERE id = ?) AND m.sequence = ? AND m.segment = ? AND m.offset = ?`,
  );
  const live: LiveRecord[] = [];
  const damaged: DamagedRecord[] = [];
  let taken = 0;
  let offset = segment.from;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    const head = Buffer.alloc(recordHeaderBytes);
    while (taken < sliceBytes) {
      if (readSync(descriptor, head, 0, recordHeaderBytes, offset) < recordHeaderBytes)
        return { live, damaged, next: undefined };
      const header = readRecordHeader(head);
      if (header === undefined) {
        // What follows cannot be found by walking; `verify` looks at every message where the index says that it lies.
        damaged.push({ offset, detail: "the header of a record is damaged; what lies behind it stays as well" });
        return { live, damaged, next: undefined };
      }
      const recordBytes = recordHeaderBytes + header.sealedBytes;
      const sequence = parseUniqueId(header.uniqueId)?.sequence ?? 0;
      const row = isLive.get(header.mailbox, sequence, segment.number, offset);
      if (row !== undefined) {
        const octets = Buffer.alloc(recordBytes);
        const bytes = readSync(descriptor, octets, 0, recordBytes, offset);
        taken += recordBytes;
        if (bytes === recordBytes && hasDigest(octets.subarray(recordHeaderBytes), row["sha256"]))
          live.push({ mailbox: Number(row["mailbox"]), sequence, offset, octets });
        else damaged.push({ offset, detail: `${header.uniqueId} is not what the ledger says` });
      }
      offset += recordBytes;
    }
    return { live, damaged, next: offset };
  } catch (error) {
    // A segment that cannot be read is no reason to take no more mail.
    return { live, damaged: [...damaged, { offset, detail: describeError(error) }], next: undefined };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function hasDigest(sealed: Buffer, sha256: SQLOutputValue | undefined): boolean {
  return sha256 instanceof Uint8Array && hash("sha256", sealed, "buffer").equals(sha256);
}
