// SPDX-License-Identifier: Apache-2.0
import { CR, LF, noBytes } from "../../base/bytes.ts";
import { limits } from "../../base/limits.ts";

/** What the next line is, or why there is none. */
export type LineResult =
  /** Without its CRLF. */
  | { readonly kind: "line"; readonly line: Buffer }
  /** Not whole yet. */
  | { readonly kind: "more" }
  /** Longer than the limit; it was dropped up to and with its CRLF. */
  | { readonly kind: "too-long" }
  /** `limits.droppedLineBytes` of it came, and no end: whoever sends that hears no answer, and the conversation is over. */
  | { readonly kind: "endless" }
  /** Ended by a bare LF, or with a bare CR or another control character inside; dropped (RFC 5321 §2.3.8). */
  | { readonly kind: "malformed" };

const needMore: LineResult = { kind: "more" };
const tab = 9;
const del = 127;

/**
 * Cuts command lines out of the octets of a peer. A line ends in CRLF and in nothing else. The limit holds while the
 * octets arrive: of a line that is too long nothing is kept.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  #held: Buffer = noBytes;
  /** From here on the held octets have not been looked at. */
  #looked = 0;
  /** The rest of a line that is too long is being dropped. */
  #dropping = false;
  #droppedBytes = 0;

  /** @param maxLineBytes the longest line, CRLF included */
  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  push(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
  }

  get heldBytes(): number {
    return this.#held.length;
  }

  /** Gives back everything that was not taken as a line: content follows, or TLS must not see it. */
  takeRest(): Buffer {
    const rest = this.#held;
    this.#held = noBytes;
    this.#looked = 0;
    return rest;
  }

  /** @param maxLineBytes another limit for this line than that of the constructor */
  next(maxLineBytes = this.#maxLineBytes): LineResult {
    const end = this.#held.indexOf(LF, this.#looked);
    if (end < 0) {
      this.#looked = this.#held.length;
      return this.#dropping || this.#held.length >= maxLineBytes ? this.#drop() : needMore;
    }
    const whole = this.#held.subarray(0, end + 1);
    // A slice of nothing would keep the memory of what is used up.
    this.#held = end + 1 === this.#held.length ? noBytes : this.#held.subarray(end + 1);
    this.#looked = 0;
    if (this.#dropping || whole.length > maxLineBytes) {
      this.#dropping = false;
      this.#droppedBytes = 0;
      return { kind: "too-long" };
    }
    if (whole.length < 2 || whole[whole.length - 2] !== CR) return { kind: "malformed" };
    const line = whole.subarray(0, whole.length - 2);
    return hasControl(line) ? { kind: "malformed" } : { kind: "line", line };
  }

  #drop(): LineResult {
    this.#dropping = true;
    this.#droppedBytes += this.takeRest().length;
    if (this.#droppedBytes < limits.droppedLineBytes) return needMore;
    this.#droppedBytes = 0;
    return { kind: "endless" };
  }
}

function hasControl(line: Buffer): boolean {
  for (const octet of line) if ((octet < 32 && octet !== tab) || octet === del) return true;
  return false;
}
