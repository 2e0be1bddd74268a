// SPDX-License-Identifier: Apache-2.0
import { noBytes } from "../base/bytes.ts";
import { tagBytes } from "./aead.ts";
import { ChunkAssembler } from "./chunk-assembler.ts";
import type { HeadSource, KeyKind, MessageHead, Recipient, Sealer, Stanza } from "./contract.ts";
import { ownSecretKey } from "./kdf.ts";
import { headBytes, headWithFileKey, makeMessageHead } from "./message-head.ts";
import { type ChunkPlace, ChunkSealer, chunkBytes, payloadBytes, payloadNonceBytes } from "./stream.ts";

/** Size of the sealed message for a plaintext of this size. */
export function sealedBytes(kind: KeyKind, plaintextBytes: number): number {
  return headBytes(kind) - payloadNonceBytes + payloadBytes(plaintextBytes);
}

/**
 * Seals one message. Nothing is computed before the first chunk leaves, so an aborted transaction costs nothing.
 * Without `heads` the sealer makes the message's head itself.
 */
export function createSealer(recipient: Recipient, heads?: HeadSource): Sealer {
  return new MessageSealer(recipient, heads);
}

/**
 * Seals a plaintext that is there as a whole, into one buffer with an `ArrayBuffer` of its own. `heads` as for
 * `createSealer`.
 */
export function sealWhole(recipient: Recipient, plaintext: Uint8Array, heads?: HeadSource): Buffer<ArrayBuffer> {
  return sealBehind(heads?.take(recipient) ?? makeMessageHead(recipient), plaintext);
}

/** As `sealWhole`, with a file key that was wrapped already. Takes over the file key and wipes it. */
export function sealWithFileKey(fileKey: Buffer, stanza: Stanza, plaintext: Uint8Array): Buffer<ArrayBuffer> {
  return sealBehind(headWithFileKey(fileKey, stanza), plaintext);
}

function sealBehind(head: MessageHead, plaintext: Uint8Array): Buffer<ArrayBuffer> {
  const chunks = new ChunkSealer(ownSecretKey(head.payloadKey));
  const sealed = Buffer.allocUnsafeSlow(head.octets.length - payloadNonceBytes + payloadBytes(plaintext.length));
  sealed.set(head.octets);
  let position = head.octets.length;
  let at = 0;
  for (; plaintext.length - at > chunkBytes; at += chunkBytes) {
    position = chunks.seal(plaintext.subarray(at, at + chunkBytes), "more", sealed, position);
  }
  chunks.seal(plaintext.subarray(at), "final", sealed, position);
  return sealed;
}

class MessageSealer implements Sealer {
  readonly #recipient: Recipient;
  readonly #heads: HeadSource | undefined;
  /** Keeps a full chunk back until more comes: the final chunk may be empty only when the whole plaintext is. */
  readonly #plaintext = new ChunkAssembler(chunkBytes, 1);
  #chunks: ChunkSealer | undefined;
  #finished = false;

  constructor(recipient: Recipient, heads: HeadSource | undefined) {
    this.#recipient = recipient;
    this.#heads = heads;
  }

  update(plaintext: Uint8Array): readonly Buffer<ArrayBuffer>[] {
    if (this.#finished) throw new TypeError("the sealer has finished");
    const sealed: Buffer<ArrayBuffer>[] = [];
    this.#plaintext.add(plaintext, (chunk) => sealed.push(this.#seal(chunk, "more")));
    return sealed;
  }

  finish(): readonly Buffer<ArrayBuffer>[] {
    if (this.#finished) throw new TypeError("the sealer has finished");
    this.#finished = true;
    const sealed = this.#seal(this.#plaintext.rest(), "final");
    this.#plaintext.release();
    return [sealed];
  }

  #seal(chunk: Buffer, place: ChunkPlace): Buffer<ArrayBuffer> {
    if (this.#chunks !== undefined) return sealChunk(this.#chunks, noBytes, chunk, place);
    const { octets, payloadKey } = this.#heads?.take(this.#recipient) ?? makeMessageHead(this.#recipient);
    this.#chunks = new ChunkSealer(ownSecretKey(payloadKey));
    return sealChunk(this.#chunks, octets, chunk, place);
  }
}

function sealChunk(chunks: ChunkSealer, head: Buffer, chunk: Buffer, place: ChunkPlace): Buffer<ArrayBuffer> {
  // Not from Node's pool: a pooled buffer shares its memory and cannot be transferred to another thread.
  const sealed = Buffer.allocUnsafeSlow(head.length + chunk.length + tagBytes);
  sealed.set(head);
  chunks.seal(chunk, place, sealed, head.length);
  return sealed;
}
