// SPDX-License-Identifier: Apache-2.0
import { noBytes } from "../base/bytes.ts";
import { giveBack } from "../base/give-back.ts";

const firstBytes = 4096;
/** Few steps: a stream in pieces of 16 KiB gets its whole chunk at once, a small message never does. */
const growthFactor = 4;

/** Bytes that arrive in pieces, side by side in one buffer that grows up to `maxBytes`. Small things stay small. */
export class ByteGatherer {
  readonly #maxBytes: number;
  #store: Buffer = noBytes;
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Copies `bytes` behind what is there. The caller keeps the sum within `maxBytes`. */
  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#store.length) this.#grow(length);
    this.#store.set(bytes, this.#length);
    this.#length = length;
  }

  /** What is held, in our memory: valid until the next `append` or `release`. */
  view(): Buffer {
    return this.#store.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Wipes what was held and frees the memory. What `view` returned is empty then. */
  release(): void {
    this.#store.fill(0, 0, this.#length);
    giveBack(this.#store);
    this.#store = noBytes;
    this.#length = 0;
  }

  #grow(neededBytes: number): void {
    if (neededBytes > this.#maxBytes) throw new RangeError("more bytes than the gatherer may hold");
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#maxBytes, Math.max(firstBytes, neededBytes * growthFactor)));
    larger.set(this.view());
    giveBack(this.#store);
    this.#store = larger;
  }
}
