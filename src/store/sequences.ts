// SPDX-License-Identifier: Apache-2.0

/** Gives out the numbers of messages, the same for all threads. One that was given and not used is never given again. */
export class Sequences {
  readonly memory: SharedArrayBuffer;
  readonly #last: BigInt64Array;

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#last = new BigInt64Array(memory);
  }

  /** `last`: the highest that was ever given. */
  static after(last: number): Sequences {
    const sequences = new Sequences(new SharedArrayBuffer(8));
    Atomics.store(sequences.#last, 0, BigInt(last));
    return sequences;
  }

  /** The numbers that another thread made. */
  static of(memory: SharedArrayBuffer): Sequences {
    return new Sequences(memory);
  }

  next(): number {
    return Number(Atomics.add(this.#last, 0, 1n)) + 1;
  }
}
