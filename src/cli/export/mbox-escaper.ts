// SPDX-License-Identifier: Apache-2.0
import { CR, LF } from "../../base/bytes.ts";

const quoteMark = 0x3e;
const from = Buffer.from("From ", "latin1");
const quote = Buffer.from(">", "latin1");

/**
 * Turns message octets into the body of an mboxrd entry as they stream by, cut anywhere: CRLF becomes LF, and `>`s with
 * `From ` at the start of a line get one more `>`. The marks themselves pass at once, since it does not matter on which
 * side of them the new one stands; so at most `From` and one CR are held back, however long a line is.
 */
export class MboxEscaper {
  /** How many octets of `From ` the line has so far; `undefined` once it can no longer be such a line. */
  #matched: number | undefined = 0;
  #heldCr = false;
  #atLineStart = true;

  update(chunk: Buffer): Buffer {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      at = this.#matched === undefined ? this.#passLine(chunk, at, pieces) : this.#match(chunk, at, pieces);
    }
    return Buffer.concat(pieces);
  }

  /** What is held back, the end of the last line, and the empty line that ends an entry. */
  finish(): Buffer {
    const held = [from.subarray(0, this.#matched ?? 0), Buffer.from(this.#heldCr ? "\r" : "", "latin1")];
    const open = !this.#atLineStart || held.some((piece) => piece.length > 0);
    return Buffer.concat([...held, Buffer.from(open ? "\n\n" : "\n", "latin1")]);
  }

  /** At the start of a line: takes one octet that still fits, or gives up what was held. */
  #match(chunk: Buffer, at: number, pieces: Buffer[]): number {
    const matched = this.#matched ?? 0;
    const octet = chunk[at];
    if (octet === quoteMark && matched === 0) {
      let end = at + 1;
      while (chunk[end] === quoteMark) end++;
      pieces.push(chunk.subarray(at, end));
      this.#atLineStart = false;
      return end;
    }
    if (octet === from[matched]) {
      this.#matched = matched + 1;
      if (this.#matched < from.length) return at + 1;
      pieces.push(quote, from);
      this.#matched = undefined;
      this.#atLineStart = false;
      return at + 1;
    }
    if (matched > 0) {
      pieces.push(from.subarray(0, matched));
      this.#atLineStart = false;
    }
    this.#matched = undefined;
    return at;
  }

  /** The rest of a line, up to its end or the end of the chunk. */
  #passLine(chunk: Buffer, at: number, pieces: Buffer[]): number {
    if (this.#heldCr && chunk[at] !== LF) pieces.push(Buffer.from("\r", "latin1"));
    this.#heldCr = false;
    const lineFeed = chunk.indexOf(LF, at);
    const end = lineFeed < 0 ? chunk.length : lineFeed;
    const endsWithCr = end > at && chunk[end - 1] === CR;
    pieces.push(chunk.subarray(at, endsWithCr ? end - 1 : end));
    if (lineFeed < 0) {
      this.#heldCr = endsWithCr;
      if (end - (endsWithCr ? 1 : 0) > at) this.#atLineStart = false;
      return end;
    }
    pieces.push(chunk.subarray(lineFeed, lineFeed + 1));
    this.#matched = 0;
    this.#atLineStart = true;
    return lineFeed + 1;
  }
}
