// SPDX-License-Identifier: Apache-2.0

/** Which messages are marked as deleted: one bit each, so that a million of them are 125 kB. */
export class Marks {
  readonly #bits: Uint8Array;
  #count = 0;

  constructor(messages: number) {
    this.#bits = new Uint8Array((messages + 7) >> 3);
  }

  get count(): number {
    return this.#count;
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  /** Marks a message that is not marked. */
  add(index: number): void {
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) | (1 << (index & 7));
    this.#count += 1;
  }

  clear(): void {
    this.#bits.fill(0);
    this.#count = 0;
  }

  *indexes(): Generator<number> {
    for (let octet = 0; octet < this.#bits.length; octet++)
      if (this.#bits[octet] !== 0)
        for (let bit = 0; bit < 8; bit++) if (this.has(octet * 8 + bit)) yield octet * 8 + bit;
  }
}
