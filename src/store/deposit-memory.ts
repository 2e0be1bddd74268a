// SPDX-License-Identifier: Apache-2.0

/** What all deposits together hold in memory, from the first sealed octet until they are written or given up (I9). */
export class DepositMemory {
  readonly #maxBytes: number;
  #bytes = 0;
  #sinceLookBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Small messages no longer wait in memory for their end: what comes goes to files, at the pace of the disk. */
  get short(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  /** What came after the last look at the free space, or was not yet written then: the figure does not know of it. */
  get sinceLookBytes(): number {
    return this.#sinceLookBytes;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
    this.#sinceLookBytes += bytes;
  }

  /** The free space was looked at. */
  looked(): void {
    this.#sinceLookBytes = this.#bytes;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}
