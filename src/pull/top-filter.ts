// SPDX-License-Identifier: Apache-2.0
import { CR, LF } from "../base/bytes.ts";

/** Lets the header section, the blank line and so many lines of the body pass (TOP, RFC 1939 §7). Lines end in CRLF. */
export class TopFilter {
  #linesLeft: number;
  #inBody = false;
  /** The line under way has an octet other than the CR of its end. */
  #lineHasText = false;

  constructor(lines: number) {
    this.#linesLeft = lines;
  }

  /** Nothing more is wanted. */
  get done(): boolean {
    return this.#inBody && this.#linesLeft === 0;
  }

  /** What passes of these octets. */
  pass(octets: Buffer): Buffer {
    let at = 0;
    while (at < octets.length && !this.done) {
      const end = octets.indexOf(LF, at);
      const line = octets.subarray(at, end < 0 ? octets.length : end);
      this.#lineHasText ||= line.length > 1 || (line.length === 1 && line[0] !== CR);
      if (end < 0) return octets;
      if (this.#inBody) this.#linesLeft -= 1;
      else if (!this.#lineHasText) this.#inBody = true;
      this.#lineHasText = false;
      at = end + 1;
    }
    return octets.subarray(0, at);
  }
}
