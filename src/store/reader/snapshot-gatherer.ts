// SPDX-License-Identifier: Apache-2.0
import type { Snapshot } from "../thread-messages.ts";

const blank = 32;
const zero = 48;

/** Reads blocks of `sequence bytes sequence bytes …` in decimal digits into arrays that grow as needed. */
export class SnapshotGatherer {
  #sequences = new Float64Array(1024);
  #pop3Bytes = new Uint32Array(1024);
  #count = 0;

  /** A block is complete: it ends after a `bytes`. */
  add(block: Uint8Array): void {
    let value = 0;
    let sequence = 0;
    let isSequence = true;
    for (const octet of block) {
      if (octet !== blank) {
        value = value * 10 + (octet - zero);
        continue;
      }
      if (isSequence) sequence = value;
      else this.#push(sequence, value);
      isSequence = !isSequence;
      value = 0;
    }
    this.#push(sequence, value);
  }

  finish(): Snapshot {
    return { sequences: this.#sequences.slice(0, this.#count), pop3Bytes: this.#pop3Bytes.slice(0, this.#count) };
  }

  #push(sequence: number, pop3Bytes: number): void {
    if (this.#count === this.#sequences.length) this.#grow();
    this.#sequences[this.#count] = sequence;
    this.#pop3Bytes[this.#count] = pop3Bytes;
    this.#count += 1;
  }

  #grow(): void {
    const sequences = new Float64Array(this.#count * 2);
    const pop3Bytes = new Uint32Array(this.#count * 2);
    sequences.set(this.#sequences);
    pop3Bytes.set(this.#pop3Bytes);
    this.#sequences = sequences;
    this.#pop3Bytes = pop3Bytes;
  }
}
