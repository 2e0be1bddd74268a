// SPDX-License-Identifier: Apache-2.0
import type { Snapshot } from "../thread-messages.ts";

const blank = 32;
const zero = 48;

/** Reads blocks of `sequence bytes sequence bytes …` in decimal digits into arrays that grow as needed. */
export class SnapshotGatherer {
  #sequences: Float64Array<ArrayBuffer>;
  #pop3Bytes: Uint32Array<ArrayBuffer>;
  #count = 0;

  /** @param expected how many messages will probably come */
  constructor(expected: number) {
    this.#sequences = new Float64Array(Math.max(1024, expected));
    this.#pop3Bytes = new Uint32Array(this.#sequences.length);
  }

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

  /** The arrays have memory of their own, which can be handed to another thread. */
  finish(): Snapshot {
    this.#resize(this.#count);
    return { sequences: this.#sequences, pop3Bytes: this.#pop3Bytes };
  }

  #push(sequence: number, pop3Bytes: number): void {
    if (this.#count === this.#sequences.length) this.#resize(this.#count * 2);
    this.#sequences[this.#count] = sequence;
    this.#pop3Bytes[this.#count] = pop3Bytes;
    this.#count += 1;
  }

  /** The memory is moved, not copied: no second copy waits for the collector. */
  #resize(count: number): void {
    this.#sequences = new Float64Array(this.#sequences.buffer.transfer(count * Float64Array.BYTES_PER_ELEMENT));
    this.#pop3Bytes = new Uint32Array(this.#pop3Bytes.buffer.transfer(count * Uint32Array.BYTES_PER_ELEMENT));
  }
}
