// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac, type KeyObject } from "node:crypto";
import type { MailboxId } from "../base/ids.ts";

/** SHA-256 over the content octets as they stream by. One pass serves every mailbox of a transaction. */
export class ContentDigest {
  readonly #hash = createHash("sha256");
  #finished: Buffer | undefined;

  /** Keeps nothing of `content`: its memory may be given back afterwards. */
  update(content: Uint8Array): void {
    this.#hash.update(content);
  }

  /** The digest; the same one when asked again. */
  finish(): Buffer {
    this.#finished ??= this.#hash.digest();
    return this.#finished;
  }
}

/**
 * What a repeated delivery is known by: same mailbox, same reverse-path, same content. Keyed, because a bare digest of
 * mail that somebody else has too would tell a thief of the disk that it is here (I4).
 *
 * @returns 16 octets
 */
export function fingerprintOf(
  key: KeyObject,
  mailbox: MailboxId,
  reversePath: string | null,
  contentDigest: Uint8Array,
): Uint8Array {
  // A reverse-path holds no NUL, so the parts cannot run into each other; the null path differs from every other.
  return createHmac("sha256", key)
    .update(`${mailbox}\0${reversePath === null ? "<>" : reversePath}\0`)
    .update(contentDigest)
    .digest()
    .subarray(0, 16);
}
