// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import { decrypt, encryptInto, tagBytes } from "./aead.ts";
import { hkdf32Octets, ownSecretKey } from "./kdf.ts";

/** The payload of a sealed message (C2SP age, "Payload"): STREAM over ChaCha20-Poly1305. */
export const chunkBytes = 64 * 1024;
export const sealedChunkBytes = chunkBytes + tagBytes;
/** A payload begins with these; the payload key is derived from them and the file key. */
export const payloadNonceBytes = 16;

/** Octets of a payload (nonce, chunks and tags) for a plaintext of this size. */
export function payloadBytes(plaintextBytes: number): number {
  return payloadNonceBytes + plaintextBytes + tagBytes * Math.max(1, Math.ceil(plaintextBytes / chunkBytes));
}

export const payloadKeyBytes = 32;

export function payloadKey(fileKey: Uint8Array, payloadNonce: Uint8Array): KeyObject {
  return ownSecretKey(payloadKeyOctets(fileKey, payloadNonce));
}

/** The same as octets, which the caller wipes. */
export function payloadKeyOctets(fileKey: Uint8Array, payloadNonce: Uint8Array): Buffer {
  return hkdf32Octets(fileKey, ownSecretKey(Buffer.from(payloadNonce)), "payload");
}

/** The final chunk is marked in its nonce, so that a payload cannot be cut off or extended unnoticed. */
export type ChunkPlace = "more" | "final";

/** The nonce of each chunk: a big-endian counter of 11 octets and the octet that marks the final chunk. */
class ChunkNonce {
  readonly #octets = Buffer.alloc(12);
  #counter = 0;

  /** Valid until the next call. */
  current(place: ChunkPlace): Buffer {
    // Six octets count to 2^48 chunks, which is 2^64 bytes.
    this.#octets.writeUIntBE(this.#counter, 5, 6);
    this.#octets[11] = place === "final" ? 1 : 0;
    return this.#octets;
  }

  advance(): void {
    this.#counter += 1;
  }
}

/** Encrypts the chunks of one payload in order. */
export class ChunkSealer {
  readonly #key: KeyObject;
  readonly #nonce = new ChunkNonce();

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** Writes the sealed chunk to `into` at `position`; returns the position behind it. */
  seal(plaintext: Uint8Array, place: ChunkPlace, into: Buffer, position: number): number {
    const end = encryptInto({ key: this.#key, nonce: this.#nonce.current(place) }, plaintext, into, position);
    this.#nonce.advance();
    return end;
  }
}

/** Opens the chunks of one payload in order. */
export class ChunkOpener {
  readonly #key: KeyObject;
  readonly #nonce = new ChunkNonce();

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** The plaintext of the next chunk; `undefined` when it is not authentic in this place, and then it may be retried. */
  open(sealed: Uint8Array, place: ChunkPlace): Buffer | undefined {
    const plaintext = decrypt(this.#key, this.#nonce.current(place), sealed);
    if (plaintext !== undefined) this.#nonce.advance();
    return plaintext;
  }
}
