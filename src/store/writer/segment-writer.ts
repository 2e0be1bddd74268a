// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import type { DataDirectory } from "../data-directory.ts";
import { parseSegmentName, segmentPath } from "../data-directory.ts";
import type { Files } from "./files.ts";
import type { SegmentAccounts } from "./segment-accounts.ts";

/** Higher than that of any segment which is there, or of which the index knows. */
export function nextSegmentNumber(directory: DataDirectory, accounts: SegmentAccounts): number {
  const known = Array.from(accounts.entries(), ([number]) => number);
  const present = readdirSync(directory.segments).map((name) => parseSegmentName(name) ?? 0);
  return Math.max(0, ...known, ...present) + 1;
}

/** Appends to the active segment and makes it durable. Segments only grow; a full one is followed by the next. */
export class SegmentWriter {
  readonly #files: Files;
  readonly #directory: DataDirectory;
  readonly #segmentBytes: number;
  #nextNumber: number;
  #active: { readonly number: number; readonly descriptor: number; bytes: number } | undefined;

  constructor(files: Files, directory: DataDirectory, options: { segmentBytes: number; nextNumber: number }) {
    this.#files = files;
    this.#directory = directory;
    this.#segmentBytes = options.segmentBytes;
    this.#nextNumber = options.nextNumber;
  }

  /** The segment that may still grow, 0 when none is open. */
  get activeNumber(): number {
    return this.#active?.number ?? 0;
  }

  /**
   * Writes and syncs; the bytes are durable when it returns. A file whose write or sync failed is never touched again:
   * the kernel may take its pages for clean after the first error, so a second sync would tell nothing.
   */
  append(pieces: readonly Uint8Array[], bytes: number): { segment: number; offset: number } {
    const segment = this.#active ?? this.#begin();
    const offset = segment.bytes;
    try {
      this.#files.append(segment.descriptor, pieces);
      this.#files.sync(segment.descriptor);
      // The name of a new file must survive as well, or the rows would point to nothing.
      if (offset === 0) this.#files.syncDirectory(this.#directory.segments);
    } catch (error) {
      this.close();
      if (offset === 0) this.#files.unlink(segmentPath(this.#directory, segment.number));
      throw error;
    }
    segment.bytes += bytes;
    if (segment.bytes >= this.#segmentBytes) this.close();
    return { segment: segment.number, offset };
  }

  /** The next append begins a new file. */
  close(): void {
    const segment = this.#active;
    this.#active = undefined;
    if (segment !== undefined) this.#files.close(segment.descriptor);
  }

  #begin(): { readonly number: number; readonly descriptor: number; bytes: number } {
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const descriptor = this.#files.open(segmentPath(this.#directory, number), "ax");
    this.#active = { number, descriptor, bytes: 0 };
    return this.#active;
  }
}
