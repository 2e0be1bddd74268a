// SPDX-License-Identifier: Apache-2.0

/** What all proxy sessions together hold back while records become durable (I9). One for the gateway. */
export class HeldOctets {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Nothing more is to be held: everybody waits for what is there already. */
  get isFull(): boolean {
    return this.#bytes >= this.#maxBytes;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}
