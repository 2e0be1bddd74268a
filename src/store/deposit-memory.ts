// SPDX-License-Identifier: Apache-2.0

/** Numbers of a place, side by side: what it holds, and what the last look at the free space did not know of. */
const perPlace = 2;

/**
 * What all deposits together hold in memory, from the first sealed octet until they are written or given up (I9). Each
 * thread counts at a place of its own, which nobody else writes to, and reads those of the others.
 */
export class DepositMemory {
  readonly shared: SharedArrayBuffer;
  readonly #places: BigInt64Array;
  readonly #maxBytes: number;
  readonly #at: number;
  #bytes = 0;
  #sinceLookBytes = 0;

  constructor(maxBytes: number, shared: SharedArrayBuffer, place: number) {
    this.#maxBytes = maxBytes;
    this.shared = shared;
    this.#places = new BigInt64Array(shared);
    this.#at = place * perPlace;
    this.#write();
  }

  /** For the first thread, and so many more. */
  static forPlaces(maxBytes: number, more: number): DepositMemory {
    return new DepositMemory(maxBytes, new SharedArrayBuffer((1 + more) * perPlace * 8), 0);
  }

  /** Small messages no longer wait in memory for their end: what comes goes to files, at the pace of the disk. */
  get short(): boolean {
    return this.#sum(0, this.#bytes) > this.#maxBytes;
  }

  /** What came after the last look at the free space, or was not yet written then: the figure does not know of it. */
  get sinceLookBytes(): number {
    return this.#sum(1, this.#sinceLookBytes);
  }

  take(bytes: number): void {
    this.#bytes += bytes;
    this.#sinceLookBytes += bytes;
    this.#write();
  }

  /** The free space was looked at. */
  looked(): void {
    this.#sinceLookBytes = this.#bytes;
    this.#write();
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
    this.#write();
  }

  /** A thread has ended, and what it held with it. */
  clear(place: number): void {
    for (let number = 0; number < perPlace; number++) Atomics.store(this.#places, place * perPlace + number, 0n);
  }

  #write(): void {
    Atomics.store(this.#places, this.#at, BigInt(this.#bytes));
    Atomics.store(this.#places, this.#at + 1, BigInt(this.#sinceLookBytes));
  }

  #sum(number: number, own: number): number {
    let sum = own;
    for (let at = number; at < this.#places.length; at += perPlace)
      if (at !== this.#at + number) sum += Number(Atomics.load(this.#places, at));
    return sum;
  }
}
