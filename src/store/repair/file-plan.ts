// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";
import { type DataDirectory, segmentPath } from "../data-directory.ts";
import { type RecordHeader, recordHeaderBytes, writeRecordHeader } from "../record.ts";
import { syncFile } from "./working-copy.ts";

/** A stretch of a file. */
export interface Piece {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

const copyBytes = 1024 * 1024;

/**
 * What a repair does to files, done only when all of it is known, and before the index that speaks of it is in place.
 * Files are copied or moved, nothing is deleted or overwritten.
 */
export class FilePlan {
  readonly #directory: DataDirectory;
  /** The number of the segment that takes records with a new header. */
  readonly #segment: number;
  readonly #actions: (() => void)[] = [];
  readonly #rewritten: { readonly header: RecordHeader; readonly sealed: Piece }[] = [];
  readonly #taken = new Set<string>();
  #segmentBytes = 0;

  constructor(directory: DataDirectory, freeSegment: number) {
    this.#directory = directory;
    this.#segment = freeSegment;
  }

  /** Copies what is left of something to `damaged/`. Tells the name, or that it is there already. */
  keep(piece: Piece, name: string): { readonly name: string; readonly there: boolean } {
    const free = this.#freeName(name, piece.bytes);
    if (!free.there) this.#actions.push(() => copyPiece(piece, join(this.#directory.damaged, free.name)));
    return free;
  }

  /** Keeps octets that are not in a file of their own. Tells the name. */
  write(octets: Uint8Array, name: string): string {
    const free = this.#freeName(name, octets.length);
    if (!free.there)
      this.#actions.push(() =>
        writeFileSync(join(this.#directory.damaged, free.name), octets, { mode: 0o600, flag: "wx", flush: true }),
      );
    return free.name;
  }

  /** How many octets of a piece are there. */
  lengthOf({ path, offset, bytes }: Piece): number {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return Math.min(bytes, Math.max(0, size - offset));
  }

  /** Moves a file of nobody's to `damaged/`. */
  move(path: string, name = basename(path)): string {
    const free = this.#freeName(name, undefined).name;
    this.#actions.push(() => renameSync(path, join(this.#directory.damaged, free)));
    return free;
  }

  /** A record with a new header before the same sealed octets; tells where it will be. */
  rewrite(header: RecordHeader, sealed: Piece): { readonly segment: number; readonly offset: number } {
    const offset = this.#segmentBytes;
    this.#segmentBytes += recordHeaderBytes + header.sealedBytes;
    this.#rewritten.push({ header, sealed });
    return { segment: this.#segment, offset };
  }

  carryOut(): void {
    mkdirSync(this.#directory.damaged, { recursive: true, mode: 0o700 });
    for (const action of this.#actions) action();
    if (this.#rewritten.length > 0) this.#writeSegment();
    for (const folder of [this.#directory.damaged, this.#directory.segments, this.#directory.large])
      if (existsSync(folder)) syncFile(folder);
  }

  #writeSegment(): void {
    const target = openSync(segmentPath(this.#directory, this.#segment), "ax", 0o600);
    try {
      const head = Buffer.alloc(recordHeaderBytes);
      for (const { header, sealed } of this.#rewritten) {
        writeRecordHeader(head, header);
        writeSync(target, head);
        appendPiece(sealed, target);
      }
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
  }

  /** Of an earlier repair there may be the same, or another thing of the same name. */
  #freeName(name: string, bytes: number | undefined): { readonly name: string; readonly there: boolean } {
    for (let count = 1; ; count++) {
      const tried = count === 1 ? name : name.replace(/(?=\.[^.]*$)/, `.${count}`);
      const path = join(this.#directory.damaged, tried);
      const size = statSync(path, { throwIfNoEntry: false })?.size;
      if (size !== undefined && size === bytes) return { name: tried, there: true };
      if (size !== undefined || this.#taken.has(tried)) continue;
      this.#taken.add(tried);
      return { name: tried, there: false };
    }
  }
}

function copyPiece(piece: Piece, path: string): void {
  const target = openSync(path, "wx", 0o600);
  try {
    appendPiece(piece, target);
    fsyncSync(target);
  } finally {
    closeSync(target);
  }
}

function appendPiece({ path, offset, bytes }: Piece, target: number): void {
  const source = openSync(path, "r");
  try {
    const block = Buffer.alloc(Math.min(copyBytes, Math.max(1, bytes)));
    for (let at = 0; at < bytes; ) {
      const read = readSync(source, block, 0, Math.min(block.length, bytes - at), offset + at);
      if (read === 0) return;
      for (let written = 0; written < read; ) written += writeSync(target, block, written, read - written);
      at += read;
    }
  } finally {
    closeSync(source);
  }
}
