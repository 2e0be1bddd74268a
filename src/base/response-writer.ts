// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "./connection.ts";
import { giveBack } from "./give-back.ts";

/** Octets that are gathered into one write: a few TLS records. */
const writeBytes = 64 * 1024;

/**
 * What goes to a POP3 client, gathered into large writes: responses of a pipelined group leave together (RFC 2449 §6.6),
 * and a message is not a hundred small records. Waits when the peer does not read (I9).
 */
export class ResponseWriter {
  readonly #connection: Connection;
  #pieces: Buffer[] = [];
  /** Those of the pieces whose memory nobody else has. */
  readonly #own = new Set<Buffer>();
  #bytes = 0;
  #lost = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The connection took no more; what is written now goes nowhere. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Adds a response; ASCII. */
  say(text: string): void {
    this.add(Buffer.from(text, "latin1"));
  }

  /** Adds octets. They must not change any more. */
  add(octets: Buffer): void {
    this.#pieces.push(octets);
    this.#bytes += octets.length;
  }

  /** As `add`, for octets whose memory nobody else has: it goes back when they are sent. */
  addOwn(octets: Buffer): void {
    this.#own.add(octets);
    this.add(octets);
  }

  /** Sends what was gathered when it is much. A promise: wait for it before adding more. */
  settle(): Promise<void> | undefined {
    return this.#bytes < writeBytes ? undefined : this.flush();
  }

  /** Sends all that was gathered. */
  flush(): Promise<void> | undefined {
    const [first] = this.#pieces;
    if (first === undefined || this.#lost) return undefined;
    const isOne = this.#pieces.length === 1;
    const octets = isOne ? first : this.#joined();
    const taken = !isOne || this.#own.has(first) ? () => giveBack(octets) : undefined;
    this.#pieces = [];
    this.#own.clear();
    this.#bytes = 0;
    return this.#connection.write(octets, taken)?.then((more) => {
      this.#lost ||= !more;
    });
  }

  #joined(): Buffer {
    const octets = Buffer.allocUnsafeSlow(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      octets.set(piece, at);
      at += piece.length;
      if (this.#own.has(piece)) giveBack(piece);
    }
    return octets;
  }
}
