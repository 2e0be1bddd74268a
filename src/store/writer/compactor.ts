// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { parseUniqueId } from "../../base/ids.ts";
import { type DataDirectory, segmentPath } from "../data-directory.ts";
import { readRecordHeader, recordHeaderBytes } from "../record.ts";
import type { IndexWriter } from "./index-writer.ts";
import type { SegmentWriter } from "./segment-writer.ts";

/** What one step copies at most, so that a commit never waits long for it. */
const sliceBytes = 2 * 1024 * 1024;

interface LiveRecord {
  readonly mailbox: number;
  readonly sequence: number;
  readonly offset: number;
  readonly octets: Buffer;
}

/**
 * Copies what is alive in a mostly dead segment to the active one, a slice at a time: synced, then the rows are pointed
 * to the copies in one transaction. Ended in the middle it leaves copies that nothing points to.
 * @returns the offset to go on from, or `undefined` when the segment is empty of live records
 */
export function compactSlice(
  segment: { readonly number: number; readonly from: number },
  parts: {
    readonly index: DatabaseSync;
    readonly writer: IndexWriter;
    readonly segments: SegmentWriter;
    readonly directory: DataDirectory;
  },
): number | undefined {
  const { index, writer, segments } = parts;
  const { live, next } = readSlice(segmentPath(parts.directory, segment.number), segment, index);
  if (live.length > 0) {
    const placed = segments.append(
      live.map((record) => record.octets),
      live.reduce((sum, record) => sum + record.octets.length, 0),
    );
    let offset = placed.offset;
    index.exec("BEGIN IMMEDIATE");
    try {
      for (const record of live) {
        const recordBytes = record.octets.length;
        const from = { segment: segment.number, offset: record.offset };
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
  return next;
}

function readSlice(
  path: string,
  segment: { readonly number: number; readonly from: number },
  index: DatabaseSync,
): { readonly live: readonly LiveRecord[]; readonly next: number | undefined } {
  const isLive = index.prepare(
    `SELECT mailbox FROM message WHERE mailbox = (SELECT number FROM mailbox WHERE id = ?)
       AND sequence = ? AND segment = ? AND offset = ?`,
  );
  const descriptor = openSync(path, "r");
  try {
    const live: LiveRecord[] = [];
    let taken = 0;
    let offset = segment.from;
    const head = Buffer.alloc(recordHeaderBytes);
    while (taken < sliceBytes) {
      if (readSync(descriptor, head, 0, recordHeaderBytes, offset) < recordHeaderBytes)
        return { live, next: undefined };
      const header = readRecordHeader(head);
      // What follows a damaged header cannot be found by walking; `verify` names what is lost, and nothing is removed.
      if (header === undefined) return { live, next: undefined };
      const recordBytes = recordHeaderBytes + header.sealedBytes;
      const sequence = parseUniqueId(header.uniqueId)?.sequence ?? 0;
      const row = isLive.get(header.mailbox, sequence, segment.number, offset);
      if (row !== undefined) {
        const octets = Buffer.alloc(recordBytes);
        readSync(descriptor, octets, 0, recordBytes, offset);
        live.push({ mailbox: Number(row["mailbox"]), sequence, offset, octets });
        taken += recordBytes;
      }
      offset += recordBytes;
    }
    return { live, next: offset };
  } finally {
    closeSync(descriptor);
  }
}
