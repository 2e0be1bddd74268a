// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { giveBack } from "../base/give-back.ts";

/** ChaCha20-Poly1305 (RFC 8439 §2.8) without additional data. */
export const tagBytes = 16;

const algorithm = "chacha20-poly1305";
const options = { authTagLength: tagBytes } as const;

/** Node makes a new buffer for every piece of ciphertext; one of this size, given back at once, stays in the cache. */
const pieceBytes = 16 * 1024;

/** A key with the one nonce that it is used with here. */
export interface KeyAndNonce {
  readonly key: KeyObject;
  readonly nonce: Buffer;
}

/** Writes ciphertext and tag into `into` at `position`; returns the position behind them. */
export function encryptInto({ key, nonce }: KeyAndNonce, plaintext: Uint8Array, into: Buffer, position = 0): number {
  const cipher = createCipheriv(algorithm, key, nonce, options);
  for (let at = 0; at < plaintext.length; at += pieceBytes) {
    const ciphertext = cipher.update(plaintext.subarray(at, at + pieceBytes));
    into.set(ciphertext, position + at);
    giveBack(ciphertext);
  }
  cipher.final();
  const tagAt = position + plaintext.length;
  into.set(cipher.getAuthTag(), tagAt);
  return tagAt + tagBytes;
}

/** Opens ciphertext with its tag behind it; `undefined` when the tag does not match. */
export function decrypt(key: KeyObject, nonce: Buffer, sealed: Uint8Array): Buffer | undefined {
  const end = sealed.length - tagBytes;
  if (end < 0) return undefined;
  const decipher = createDecipheriv(algorithm, key, nonce, options);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return undefined;
  }
}
