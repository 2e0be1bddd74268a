// SPDX-License-Identifier: Apache-2.0
import { asBuffer } from "../base/bytes.ts";
import { ByteGatherer } from "./byte-gatherer.ts";

/**
 * Cuts a stream into chunks of one size. A chunk that lies whole in an incoming piece is passed on where it lies;
 * only what straddles two pieces is copied, so memory is one chunk and the caller's buffers are never kept.
 */
export class ChunkAssembler {
  readonly #chunkBytes: number;
  readonly #keepBytes: number;
  readonly #held: ByteGatherer;

  /** A chunk leaves only while at least `keepBytes` stay behind: 1 keeps a full chunk until it is surely not the last. */
  constructor(chunkBytes: number, keepBytes: 0 | 1) {
    this.#chunkBytes = chunkBytes;
    this.#keepBytes = keepBytes;
    this.#held = new ByteGatherer(chunkBytes);
  }

  /** Takes a piece; calls `onChunk` for each chunk that is complete. The chunk is valid during the call only. */
  add(piece: Uint8Array, onChunk: (chunk: Buffer) => void): void {
    const bytes = asBuffer(piece);
    const wanted = this.#chunkBytes + this.#keepBytes;
    let at = 0;
    while (this.#held.length + bytes.length - at >= wanted) {
      const fill = this.#chunkBytes - this.#held.length;
      const part = bytes.subarray(at, at + fill);
      at += fill;
      if (fill === this.#chunkBytes) {
        onChunk(part);
      } else {
        this.#held.append(part);
        onChunk(this.#held.view());
        this.#held.clear();
      }
    }
    this.#held.append(bytes.subarray(at));
  }

  /** What is left, up to one chunk. */
  rest(): Buffer {
    return this.#held.view();
  }

  /** Wipes and frees what is left, when it is no longer needed. */
  release(): void {
    this.#held.release();
  }
}
