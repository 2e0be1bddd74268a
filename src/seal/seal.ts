// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { noBytes } from "../base/bytes.ts";
import { tagBytes } from "./aead.ts";
import { ChunkAssembler } from "./chunk-assembler.ts";
import type { KeyKind, Recipient, Sealer, Stanza } from "./contract.ts";
import { fileKeyBytes, formatHeader } from "./header.ts";
import { type ChunkPlace, ChunkSealer, chunkBytes, payloadBytes, payloadKey, payloadNonceBytes } from "./stream.ts";

/** Octets of the header for one recipient of each kind; the format fixes the lengths of all its parts. */
const headerBytesOf = { mlkem768x25519: 1627, x25519: 168 } as const satisfies Record<KeyKind, number>;

/** Size of the sealed message for a plaintext of this size. */
export function sealedBytes(kind: KeyKind, plaintextBytes: number): number {
  return headerBytesOf[kind] + payloadBytes(plaintextBytes);
}

/** Seals one message. Nothing is computed before the first chunk leaves, so an aborted transaction costs nothing. */
export function createSealer(recipient: Recipient): Sealer {
  return new MessageSealer(recipient);
}

/** Seals a plaintext that is there as a whole, into one buffer with an `ArrayBuffer` of its own. */
export function sealWhole(recipient: Recipient, plaintext: Uint8Array): Buffer<ArrayBuffer> {
  const fileKey = generateFileKey();
  return sealWithFileKey(fileKey, recipient.wrapFileKey(fileKey), plaintext);
}

/** As `sealWhole`, with a file key that was wrapped already. Takes over the file key and wipes it. */
export function sealWithFileKey(fileKey: Buffer, stanza: Stanza, plaintext: Uint8Array): Buffer<ArrayBuffer> {
  const { head, chunks } = beginMessage(fileKey, stanza);
  const sealed = Buffer.allocUnsafeSlow(head.length - payloadNonceBytes + payloadBytes(plaintext.length));
  sealed.set(head);
  let position = head.length;
  let at = 0;
  for (; plaintext.length - at > chunkBytes; at += chunkBytes) {
    position = chunks.seal(plaintext.subarray(at, at + chunkBytes), "more", sealed, position);
  }
  chunks.seal(plaintext.subarray(at), "final", sealed, position);
  return sealed;
}

/** Fresh for every message, never used twice. */
export function generateFileKey(): Buffer {
  return randomBytes(fileKeyBytes);
}

class MessageSealer implements Sealer {
  readonly #recipient: Recipient;
  /** Keeps a full chunk back until more comes: the final chunk may be empty only when the whole plaintext is. */
  readonly #plaintext = new ChunkAssembler(chunkBytes, 1);
  #chunks: ChunkSealer | undefined;
  #finished = false;

  constructor(recipient: Recipient) {
    this.#recipient = recipient;
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
    const fileKey = generateFileKey();
    const { head, chunks } = beginMessage(fileKey, this.#recipient.wrapFileKey(fileKey));
    this.#chunks = chunks;
    return sealChunk(chunks, head, chunk, place);
  }
}

function sealChunk(chunks: ChunkSealer, head: Buffer, chunk: Buffer, place: ChunkPlace): Buffer<ArrayBuffer> {
  // Not from Node's pool: a pooled buffer shares its memory and cannot be transferred to another thread.
  const sealed = Buffer.allocUnsafeSlow(head.length + chunk.length + tagBytes);
  sealed.set(head);
  chunks.seal(chunk, place, sealed, head.length);
  return sealed;
}

/** Header and payload nonce, and what seals the chunks behind them. Wipes the file key. */
function beginMessage(fileKey: Buffer, stanza: Stanza): { readonly head: Buffer; readonly chunks: ChunkSealer } {
  const nonce = randomBytes(payloadNonceBytes);
  const head = Buffer.concat([formatHeader([stanza], fileKey), nonce]);
  const chunks = new ChunkSealer(payloadKey(fileKey, nonce));
  fileKey.fill(0);
  return { head, chunks };
}
