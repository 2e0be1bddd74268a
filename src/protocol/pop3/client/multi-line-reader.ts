// SPDX-License-Identifier: Apache-2.0
import { noBytes } from "../../../base/bytes.ts";
import { DotUnstuffer } from "../../wire/dot-transparency.ts";

/** A piece of a multi-line part, in both forms. */
export interface MultiLinePiece {
  /** As on the wire, to be passed on. Never holds an octet of the final `.` CRLF. */
  readonly stuffed: Buffer;
  /** The same with the transparency taken out, as slices of it: what is recorded. */
  readonly content: readonly Buffer[];
  /** Set when the end was found: the octets behind it. */
  readonly rest: Buffer | undefined;
}

/** `.` CRLF */
const endBytes = 3;

/**
 * Follows a multi-line part (RFC 1939 §3) for somebody who passes it on and records it. What may be the beginning of the
 * end, a dot that begins a line, is kept back until the next octets tell; so whoever passes the pieces on has never sent
 * the end. Per piece two native searches, and no copy unless a piece ended in such a dot.
 */
export class MultiLineReader {
  readonly #unstuffer = new DotUnstuffer();
  #keptBack = noBytes;
  /** The last octets so far; a line begins at the start. */
  #tail = "\r\n";

  update(input: Buffer): MultiLinePiece {
    const { content, rest } = this.#unstuffer.update(input);
    const taken = rest === undefined ? input : input.subarray(0, input.length - rest.length);
    const whole = this.#keptBack.length === 0 ? taken : Buffer.concat([this.#keptBack, taken]);
    this.#tail = (this.#tail + taken.toString("latin1", Math.max(0, taken.length - 4))).slice(-4);
    const cut = whole.length - (rest === undefined ? this.#undecidedBytes() : endBytes);
    this.#keptBack = whole.subarray(cut);
    return { stuffed: whole.subarray(0, cut), content, rest };
  }

  #undecidedBytes(): number {
    if (this.#tail.endsWith("\r\n.\r")) return 2;
    return this.#tail.endsWith("\r\n.") ? 1 : 0;
  }
}
