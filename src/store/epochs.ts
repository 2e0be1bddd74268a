// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import type { UniqueId } from "../base/ids.ts";
import { formatUniqueId } from "../base/ids.ts";

/** One run of the gateway: the messages from `firstSequence` on carry its name, up to the next epoch's first. */
export interface Epoch {
  readonly name: string;
  readonly firstSequence: number;
  readonly startedAtMs: number;
}

/** Tells the unique-id of a sequence number. Sequence numbers only grow, over all epochs. */
export class Epochs {
  /** Oldest first. */
  readonly #epochs: readonly Epoch[];

  constructor(epochs: readonly Epoch[]) {
    this.#epochs = epochs.toSorted((a, b) => a.firstSequence - b.firstSequence);
  }

  with(epoch: Epoch): Epochs {
    return new Epochs([...this.#epochs, epoch]);
  }

  uniqueId(sequence: number): UniqueId {
    let low = 0;
    let high = this.#epochs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#epochs[middle]?.firstSequence ?? 0) <= sequence) low = middle;
      else high = middle - 1;
    }
    const epoch = this.#epochs[low];
    if (epoch === undefined || epoch.firstSequence > sequence) throw new RangeError("a sequence before every epoch");
    return formatUniqueId(epoch.name, sequence);
  }
}

export function readEpochs(index: DatabaseSync): readonly Epoch[] {
  const rows = index.prepare("SELECT name, first_sequence, started_at FROM epoch").all();
  return rows.map((row) => ({
    name: String(row["name"]),
    firstSequence: Number(row["first_sequence"]),
    startedAtMs: Number(row["started_at"]),
  }));
}

/** The highest sequence number that was ever kept; 0 when none was. */
export function readLastSequence(index: DatabaseSync): number {
  return Number(index.prepare("SELECT coalesce(max(last_sequence), 0) AS last FROM epoch").get()?.["last"] ?? 0);
}
