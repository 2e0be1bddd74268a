// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";

/** ChaCha20-Poly1305 (RFC 8439 §2.8) without additional data. */
export const tagBytes = 16;

const algorithm = "chacha20-poly1305";
const options = { authTagLength: tagBytes } as const;

export interface Encrypted {
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

export function encrypt(key: KeyObject, nonce: Buffer, plaintext: Uint8Array): Encrypted {
  const cipher = createCipheriv(algorithm, key, nonce, options);
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return { ciphertext, tag: cipher.getAuthTag() };
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
