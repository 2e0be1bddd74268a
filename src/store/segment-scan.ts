// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type RecordHeader, readRecordHeader, recordHeaderBytes, recordMagic } from "./record.ts";

/** A stretch of a segment file, in the order of the file. */
export type Stretch =
  | {
      readonly kind: "record";
      readonly offset: number;
      readonly header: RecordHeader;
      /** The file ends before the record does. */
      readonly cut: boolean;
    }
  /** Octets that are no record: a header that is damaged, with what it was the header of. */
  | { readonly kind: "unreadable"; readonly offset: number; readonly bytes: number };

const searchBytes = 256 * 1024;

/**
 * Walks a segment file by the headers of its records. Behind a damaged header it goes on at the next whole one: what is
 * sealed cannot imitate a header with its check sum but by chance. Throws when the file cannot be read.
 */
export function* scanSegment(path: string): Generator<Stretch> {
  const descriptor = openSync(path, "r");
  try {
    const fileBytes = fstatSync(descriptor).size;
    const head = Buffer.alloc(recordHeaderBytes);
    let offset = 0;
    while (offset < fileBytes) {
      const header = readHeaderAt(descriptor, offset, head);
      if (header === undefined) {
        const next = findHeader(descriptor, offset + 1, fileBytes);
        yield { kind: "unreadable", offset, bytes: next - offset };
        offset = next;
      } else {
        const end = offset + recordHeaderBytes + header.sealedBytes;
        // A header that survived with a length that did not is caught by its check sum; a cut record hides no other.
        yield { kind: "record", offset, header, cut: end > fileBytes };
        offset = end;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

function readHeaderAt(descriptor: number, offset: number, head: Buffer): RecordHeader | undefined {
  const bytes = readSync(descriptor, head, 0, recordHeaderBytes, offset);
  return bytes < recordHeaderBytes ? undefined : readRecordHeader(head);
}

/** The offset of the next whole header from `from` on, `fileBytes` when there is none. */
function findHeader(descriptor: number, from: number, fileBytes: number): number {
  const block = Buffer.alloc(searchBytes);
  const head = Buffer.alloc(recordHeaderBytes);
  // Blocks overlap by what a magic number may be cut at.
  for (let start = from; start < fileBytes; start += searchBytes - recordMagic.length + 1) {
    const found = block.subarray(0, readSync(descriptor, block, 0, searchBytes, start));
    for (let at = found.indexOf(recordMagic); at >= 0; at = found.indexOf(recordMagic, at + 1))
      if (readHeaderAt(descriptor, start + at, head) !== undefined) return start + at;
    if (found.length < searchBytes) break;
  }
  return fileBytes;
}
