// SPDX-License-Identifier: Apache-2.0
import { LF } from "../base/bytes.ts";

/** Lets the header section, the blank line and so many lines of the body pass (TOP, RFC 1939 §7). */
export class TopFilter {
  #linesLeft: number;
  #inBody = false;
  /** Octets of the line under way that are not CR or LF. */
  #lineHasText = false;

  constructor(lines: number) {
    this.#linesLeft = lines;
  }

  /** Nothing more is wanted. */
  get done(): boolean {
    return this.#inBody && this.#linesLeft === 0;
  }

  /** What passes of these octets, whose lines end in CRLF. */
  pass(octets: Buffer): Buffer {
    let at = 0;
    while (at < octets.length && !this.done) {
      const end = octets.indexOf(LF, at);
      if (end < 0) {
        this.#lineHasText ||= at < octets.length && !(octets.length - at === 1 && octets[at] === 13);
        return octets;
      }
      const isBlank = !this.#lineHasText && end - at <= 1;
      this.#lineHasText = false;
      if (this.#inBody) this.#linesLeft -= 1;
      else if (isBlank) this.#inBody = true;
      at = end + 1;
    }
    return octets.subarray(0, at);
  }
}
