// SPDX-License-Identifier: Apache-2.0
import { CR, LF } from "../../../base/bytes.ts";
import { DotStuffer } from "../../wire/dot-transparency.ts";

/**
 * Writes content for DATA. A bare CR or LF is never passed on: to some servers it ends a line, and with a dot beside it
 * the message (SMTP smuggling, CVE-2023-51764); RFC 5321 §2.3.8 forbids to send one.
 */
export class ContentWriter {
  readonly #stuffer = new DotStuffer();
  /** The last octet so far was a CR, which is kept back until its LF is seen. */
  #heldCr = false;
  #atLineStart = true;
  #refused = false;

  /** The octets to send, or `undefined` when the content holds a bare CR or LF: nothing may follow then. */
  write(content: Buffer): readonly Buffer[] | undefined {
    if (this.#refused) return undefined;
    if (content.length === 0) return [];
    const whole = this.#heldCr ? Buffer.concat([crByte, content]) : content;
    this.#heldCr = whole[whole.length - 1] === CR;
    const ready = this.#heldCr ? whole.subarray(0, -1) : whole;
    if (hasBareLineEnd(ready)) {
      this.#refused = true;
      return undefined;
    }
    if (ready.length > 0) this.#atLineStart = ready[ready.length - 1] === LF;
    return this.#stuffer.update(ready);
  }

  /** What ends the data, or `undefined` when the last line has no CRLF: adding one would change the message (I2). */
  finish(): Buffer | undefined {
    return this.#refused || this.#heldCr || !this.#atLineStart ? undefined : this.#stuffer.finish();
  }
}

const crByte = Buffer.from([CR]);

/** Whether a CR stands without LF behind it, or a LF without CR before it. Two native searches a line. */
export function hasBareLineEnd(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(LF, at);
    const cr = bytes.indexOf(CR, at);
    if (cr < 0) return lf >= 0;
    if (lf !== cr + 1) return true;
    at = lf + 1;
  }
  return false;
}
