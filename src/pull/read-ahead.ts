// SPDX-License-Identifier: Apache-2.0

/** Pullers take messages one after the other: so many are opened ahead, while those before are on their way. */
const messagesAhead = 8;
/** What is opened ahead holds so much together (I9); a larger message is not opened ahead at all. */
const bytesAhead = 1024 * 1024;

export interface ReadAheadParts {
  readonly count: number;
  sizeOf(index: number): number;
  open(index: number): Promise<Buffer>;
}

/** Messages that are being opened before they are asked for. */
export class ReadAhead {
  readonly #parts: ReadAheadParts;
  readonly #opening = new Map<number, Promise<Buffer>>();
  #last = -1;
  #inOrder = false;

  constructor(parts: ReadAheadParts) {
    this.#parts = parts;
  }

  /** A message; what was opened ahead of a place that the puller left is forgotten. */
  take(index: number): Promise<Buffer> {
    const opening = this.#opening.get(index) ?? this.#parts.open(index);
    this.#opening.delete(index);
    this.#inOrder = index === this.#last + 1;
    if (!this.#inOrder) this.clear();
    this.#last = index;
    return opening;
  }

  /** Opens what will probably be asked for next, when the puller goes through the maildrop in order. */
  goAhead(): void {
    if (!this.#inOrder) return;
    let bytes = 0;
    for (let index = this.#last + 1; index <= this.#last + messagesAhead && index < this.#parts.count; index++) {
      bytes += this.#parts.sizeOf(index);
      if (bytes > bytesAhead) return;
      if (this.#opening.has(index)) continue;
      const opening = this.#parts.open(index);
      // Whoever takes it gets the error; nobody may.
      opening.catch(() => undefined);
      this.#opening.set(index, opening);
    }
  }

  clear(): void {
    this.#opening.clear();
  }
}
