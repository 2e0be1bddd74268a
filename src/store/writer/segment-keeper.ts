// SPDX-License-Identifier: Apache-2.0

import { pragmaNumber } from "../schema.ts";
import type { FromStoreThread } from "../thread-messages.ts";
import { type CompactionParts, compactSlice, worthCompacting } from "./compactor.ts";
import { dropDeadSegments } from "./dead-segment.ts";
import type { Files } from "./files.ts";

export interface KeepingParts extends CompactionParts {
  readonly files: Files;
}

/** Gives the space of removed messages back to the disk: segments in which nothing is wanted go, sparse ones are copied together. */
export class SegmentKeeper {
  readonly #tell: (told: FromStoreThread) => void;
  /** Segments that could not be emptied, because something in them is damaged: told once, not tried again. */
  readonly #givenUp = new Set<number>();
  #compacting: { readonly number: number; readonly from: number } | undefined;

  constructor(tell: (told: FromStoreThread) => void) {
    this.#tell = tell;
  }

  dropDead({ index, directory, files, writer, segments }: KeepingParts): void {
    dropDeadSegments({ index, directory, files, accounts: writer.segments }, segments.activeNumber, this.#tell);
  }

  /** At rest the space of the active segment goes back as well, when nothing in it is wanted. */
  closeUnwanted(parts: KeepingParts): void {
    const account = parts.writer.segments.get(parts.segments.activeNumber);
    if (account === undefined || account.liveBytes > 0) return;
    parts.segments.close();
    this.dropDead(parts);
  }

  /** One slice of a compaction. True: there is more of it to do, after a while. What it throws ends this compaction. */
  compact(parts: KeepingParts): boolean {
    const { index, writer, segments } = parts;
    const segment = this.#compacting ?? worthCompacting(writer.segments, segments.activeNumber, this.#givenUp);
    this.#compacting = undefined;
    if (segment === undefined) {
      if (pragmaNumber(index, "freelist_count") > 0) index.exec("PRAGMA incremental_vacuum(2000)");
      return false;
    }
    const { next, damaged } = compactSlice(segment, parts);
    for (const each of damaged) this.#tell({ kind: "damaged", segment: segment.number, ...each });
    if (next !== undefined) this.#compacting = { number: segment.number, from: next };
    else if ((writer.segments.get(segment.number)?.liveBytes ?? 0) > 0) this.#givenUp.add(segment.number);
    this.dropDead(parts);
    return next !== undefined;
  }
}
