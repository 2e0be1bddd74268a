// SPDX-License-Identifier: Apache-2.0
import { asBuffer } from "../base/bytes.ts";
import { PosternError } from "../base/errors.ts";
import { tagBytes } from "./aead.ts";
import { ByteGatherer } from "./byte-gatherer.ts";
import { ChunkAssembler } from "./chunk-assembler.ts";
import type { Unsealer } from "./contract.ts";
import { damagedHeader } from "./header.ts";
import { ChunkOpener, payloadKey, payloadNonceBytes, sealedChunkBytes } from "./stream.ts";

type State =
  | { readonly name: "nonce"; readonly fileKey: Buffer; readonly nonce: ByteGatherer }
  | { readonly name: "chunks"; readonly chunks: ChunkOpener; readonly opened: boolean }
  /** A full chunk that is marked as final was opened: nothing may follow. */
  | { readonly name: "ended" }
  | { readonly name: "failed"; readonly error: PosternError };

/** Opens the payload behind a header whose file key is known. Takes over the file key and wipes it. */
export class PayloadReader implements Unsealer {
  readonly #sealed = new ChunkAssembler(sealedChunkBytes, 0);
  #state: State;

  constructor(fileKey: Buffer) {
    this.#state = { name: "nonce", fileKey, nonce: new ByteGatherer(payloadNonceBytes) };
  }

  update(sealed: Uint8Array): readonly Buffer[] {
    const bytes = this.#takeNonce(asBuffer(sealed));
    const released: Buffer[] = [];
    this.#sealed.add(bytes, (chunk) => this.#openFull(chunk, released));
    if (this.#state.name === "ended" && this.#sealed.rest().length > 0) this.#fail("octets follow its final chunk");
    // What is authentic goes out first; the failure is told by the next call.
    if (this.#state.name === "failed" && released.length === 0) throw this.#state.error;
    return released;
  }

  finish(): readonly Buffer[] {
    const state = this.#state;
    if (state.name === "failed") throw state.error;
    if (state.name === "nonce") {
      state.fileKey.fill(0);
      // The official vectors count the nonce to the header.
      throw this.#become(damagedHeader("the message is cut off before its payload"));
    }
    if (state.name === "ended") return [];
    const rest = this.#sealed.rest();
    const plaintext = state.chunks.open(rest, "final");
    const isCutOff = rest.length < tagBytes;
    this.#sealed.release();
    // Only a payload that is empty as a whole has an empty chunk.
    if (plaintext === undefined || (plaintext.length === 0 && state.opened)) {
      throw this.#fail(isCutOff ? "it is cut off" : "its last chunk is cut off or not authentic");
    }
    this.#state = { name: "ended" };
    return plaintext.length === 0 ? [] : [plaintext];
  }

  #takeNonce(sealed: Buffer): Buffer {
    const state = this.#state;
    if (state.name === "failed") throw state.error;
    if (state.name !== "nonce") return sealed;
    const taken = sealed.subarray(0, payloadNonceBytes - state.nonce.length);
    state.nonce.append(taken);
    if (state.nonce.length === payloadNonceBytes) {
      const key = payloadKey(state.fileKey, state.nonce.view());
      state.fileKey.fill(0);
      this.#state = { name: "chunks", chunks: new ChunkOpener(key), opened: false };
    }
    return sealed.subarray(taken.length);
  }

  /** A chunk of full length may be the final one too; its tag says which. */
  #openFull(chunk: Buffer, released: Buffer[]): void {
    const state = this.#state;
    if (state.name === "ended") this.#fail("octets follow its final chunk");
    if (state.name !== "chunks") return;
    const plaintext = state.chunks.open(chunk, "more");
    if (plaintext !== undefined) {
      if (!state.opened) this.#state = { ...state, opened: true };
      released.push(plaintext);
      return;
    }
    const last = state.chunks.open(chunk, "final");
    if (last === undefined) {
      this.#fail("a chunk is not authentic");
      return;
    }
    this.#state = { name: "ended" };
    released.push(last);
  }

  #fail(detail: string): PosternError {
    return this.#become(new PosternError("seal/damaged-payload", detail));
  }

  #become(error: PosternError): PosternError {
    this.#state = { name: "failed", error };
    return error;
  }
}
