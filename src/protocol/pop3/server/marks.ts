// SPDX-License-Identifier: Apache-2.0

/** Which messages are marked as deleted: one bit each, so that a million of them are 125 kB. */
export class Marks {
  readonly #bits: Uint8Array;
  #count = 0;

  constructor(messages: number) {
    this.#bits = new Uint8Array(Math.ceil(messages / 8));
  }

  /** How many are marked. */
  get count(): number {
    return this.#count;
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & bitOf(index)) !== 0;
  }

  add(index: number): void {
    if (this.has(index)) return;
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) | bitOf(index);
    this.#count += 1;
  }

  clear(): void {
    this.#bits.fill(0);
    this.#count = 0;
  }

  /** The marked ones, in ascending order. */
  *indexes(): Generator<number> {
    for (let octet = 0; octet < this.#bits.length; octet++) {
      if (this.#bits[octet] === 0) continue;
      for (let index = octet * 8; index < octet * 8 + 8; index++) if (this.has(index)) yield index;
    }
  }
}

function bitOf(index: number): number {
  return 1 << (index & 7);
}
