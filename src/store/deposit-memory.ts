// SPDX-License-Identifier: Apache-2.0

/** What all deposits together hold in memory, from the first sealed octet until they are written or given up (I9). */
export class DepositMemory {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Small messages no longer wait in memory for their end: what comes goes to files, at the pace of the disk. */
  get short(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}
