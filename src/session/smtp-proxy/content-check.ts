// SPDX-License-Identifier: Apache-2.0

import type { Extensions } from "../../protocol/smtp/client/extensions.ts";
import type { OpenTransaction } from "../../protocol/smtp/envelope.ts";
import { type Refusal, refusals } from "../../protocol/smtp/refusal.ts";

/** Looks at content on its way to an upstream that does not take everything. */
export interface ContentCheck {
  /** Why the upstream must not get what has come so far; `undefined` as long as it may. */
  look(content: Buffer): Refusal | undefined;
}

/**
 * The check for this upstream; `undefined` when it takes 8-bit content, and UTF-8 headers if there may be some. Clients
 * announce `BODY=8BITMIME` and `SMTPUTF8` for mail that needs neither, so that the octets decide, not the words. We convert
 * nothing: that would change what was signed (RFC 6152 §3 leaves refusing as the other way).
 */
export function checkFor({ smtpUtf8 }: OpenTransaction, upstream: Extensions): ContentCheck | undefined {
  if (!upstream.eightBitMime) {
    return { look: (content) => (hasEightBit(content) ? refusals.eightBitNotTaken : undefined) };
  }
  return smtpUtf8 && !upstream.smtpUtf8 ? new HeaderCheck() : undefined;
}

/** RFC 6532 §3.2: UTF-8 in the header section makes a message an internationalised one. */
class HeaderCheck implements ContentCheck {
  /** The last octets of what came before, in case the end of the header section is cut in two. */
  #tail = Buffer.alloc(0);
  #inHeader = true;

  look(content: Buffer): Refusal | undefined {
    if (!this.#inHeader) return undefined;
    const known = this.#tail.length;
    const whole = Buffer.concat([this.#tail, content]);
    const end = whole.indexOf(endOfHeader);
    this.#inHeader = end < 0;
    this.#tail = whole.subarray(-(endOfHeader.length - 1));
    return hasEightBit(whole.subarray(known, end < 0 ? undefined : Math.max(known, end)))
      ? refusals.headerUtf8NotTaken
      : undefined;
  }
}

const endOfHeader = Buffer.from("\r\n\r\n");

function hasEightBit(bytes: Buffer): boolean {
  for (const octet of bytes) if (octet >= 0x80) return true;
  return false;
}
