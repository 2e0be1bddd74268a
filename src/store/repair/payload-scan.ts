// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { describeError } from "../../base/errors.ts";
import { parseUniqueId, type UniqueId } from "../../base/ids.ts";
import { type DataDirectory, noSegment, parseSegmentName, segmentPath } from "../data-directory.ts";
import { type RecordHeader, readRecordHeader, recordHeaderBytes } from "../record.ts";
import { scanSegment } from "../segment-scan.ts";
import type { Piece } from "./file-plan.ts";
import type { RepairLog } from "./report.ts";

/** Sealed octets that no row points to. */
export interface Candidate {
  readonly uniqueId: UniqueId;
  readonly sequence: number;
  /** `noSegment` for a file of its own. */
  readonly segment: number;
  readonly offset: number;
  /** Of a file from before there were trailers, or with a damaged one, nothing is known but the name. */
  readonly header: RecordHeader | undefined;
  /** Fewer octets than the header says. */
  readonly cut: boolean;
  readonly sealed: Piece;
}

export interface ScannedPayload {
  /** By unique-id; after an interrupted compaction there are two of one. */
  readonly candidates: ReadonlyMap<UniqueId, readonly Candidate[]>;
  /** What the headers say of epochs: name → first and last sequence number. */
  readonly epochs: ReadonlyMap<string, { readonly first: number; readonly last: number }>;
}

/** Reads the headers of all records and large files. Only what no row points to is remembered. */
export function scanPayload(directory: DataDirectory, index: DatabaseSync, log: RepairLog): ScannedPayload {
  const scan = new Scan(directory, index);
  for (const name of existsSync(directory.segments) ? readdirSync(directory.segments).toSorted() : []) {
    const segment = parseSegmentName(name);
    if (segment === undefined) continue;
    try {
      scan.segment(segment);
    } catch (error) {
      log.add("set-aside", `segments/${name} cannot be read and stays where it is: ${describeError(error)}`);
    }
  }
  for (const name of existsSync(directory.large) ? readdirSync(directory.large).toSorted() : []) scan.large(name);
  return scan;
}

class Scan implements ScannedPayload {
  readonly candidates = new Map<UniqueId, Candidate[]>();
  readonly epochs = new Map<string, { first: number; last: number }>();
  readonly #directory: DataDirectory;
  readonly #isAt: (header: RecordHeader, sequence: number, segment: number, offset: number) => boolean;
  readonly #hasLarge: (sequence: number) => boolean;

  constructor(directory: DataDirectory, index: DatabaseSync) {
    this.#directory = directory;
    const isAt = index.prepare(
      `SELECT 1 FROM message WHERE mailbox = (SELECT number FROM mailbox WHERE id = ?) AND sequence = ?
       AND segment = ? AND offset = ?`,
    );
    this.#isAt = (header, sequence, segment, offset) =>
      isAt.get(header.mailbox, sequence, segment, offset) !== undefined;
    const hasLarge = index.prepare(`SELECT 1 FROM message WHERE sequence = ? AND segment = ${noSegment}`);
    this.#hasLarge = (sequence) => hasLarge.get(sequence) !== undefined;
  }

  segment(segment: number): void {
    const path = segmentPath(this.#directory, segment);
    const fileBytes = statSync(path).size;
    for (const stretch of scanSegment(path)) {
      if (stretch.kind === "unreadable") continue;
      const { header, offset, cut } = stretch;
      const sequence = this.#meet(header.uniqueId);
      if (sequence === undefined || this.#isAt(header, sequence, segment, offset)) continue;
      const start = offset + recordHeaderBytes;
      const bytes = Math.min(header.sealedBytes, Math.max(0, fileBytes - start));
      this.#add({
        uniqueId: header.uniqueId,
        sequence,
        segment,
        offset,
        header,
        cut,
        sealed: { path, offset: start, bytes },
      });
    }
  }

  large(name: string): void {
    const uniqueId = name.endsWith(".age") ? name.slice(0, -4) : "";
    const sequence = this.#meet(uniqueId);
    if (sequence === undefined || this.#hasLarge(sequence)) return;
    const path = join(this.#directory.large, name);
    const header = readTrailer(path, uniqueId);
    const bytes = header?.sealedBytes ?? statSync(path).size;
    const sealed = { path, offset: 0, bytes };
    this.#add({ uniqueId, sequence, segment: noSegment, offset: 0, header, cut: false, sealed });
  }

  #meet(uniqueId: string): number | undefined {
    const parsed = parseUniqueId(uniqueId);
    if (parsed === undefined) return undefined;
    const { epoch, sequence } = parsed;
    const known = this.epochs.get(epoch);
    if (known === undefined) this.epochs.set(epoch, { first: sequence, last: sequence });
    else {
      known.first = Math.min(known.first, sequence);
      known.last = Math.max(known.last, sequence);
    }
    return sequence;
  }

  #add(candidate: Candidate): void {
    const others = this.candidates.get(candidate.uniqueId);
    if (others === undefined) this.candidates.set(candidate.uniqueId, [candidate]);
    else others.push(candidate);
  }
}

/** The header at the end of a large file; `undefined` when it has none, or one that does not belong there. */
export function readTrailer(path: string, uniqueId: string): RecordHeader | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const header = size < recordHeaderBytes ? undefined : readHeaderAt(path, size - recordHeaderBytes);
  const fits = header?.uniqueId === uniqueId && header.sealedBytes === size - recordHeaderBytes;
  return fits ? header : undefined;
}

export function readHeaderAt(path: string, offset: number): RecordHeader | undefined {
  const head = Buffer.alloc(recordHeaderBytes);
  const descriptor = openSync(path, "r");
  try {
    return readSync(descriptor, head, 0, head.length, offset) < head.length ? undefined : readRecordHeader(head);
  } finally {
    closeSync(descriptor);
  }
}

/** SHA-256 in hex of a stretch; `undefined` when it is not all there, or cannot be read. */
export function digestOf({ path, offset, bytes }: Piece): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    const digest = createHash("sha256");
    const block = Buffer.alloc(256 * 1024);
    for (let at = 0; at < bytes; ) {
      const read = readSync(descriptor, block, 0, Math.min(block.length, bytes - at), offset + at);
      if (read === 0) return undefined;
      digest.update(block.subarray(0, read));
      at += read;
    }
    return digest.digest("hex");
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return undefined;
    throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
