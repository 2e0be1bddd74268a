// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import { normalizedHeaderField, readTraceBinding, traceEnd } from "../protocol/mime/trace-block.ts";
import { Pop3Normaliser } from "../protocol/wire/pop3-normaliser.ts";
import type { Identity, Unsealer } from "../seal/contract.ts";
import { createUnsealer } from "../seal/unseal.ts";
import type { MessageFacts } from "./opening-messages.ts";

/**
 * Opens one message: sealed octets in, trace block and content out as POP3 shows them, before dot-stuffing. Nothing comes
 * out before it is authentic and the trace block is proven to belong to this record. Order: `update` as often as wanted,
 * then `finish` once. Throws the errors of `seal/`, and `seal/swapped-message` when the sealed bytes belong elsewhere.
 */
export class MessageOpener {
  readonly #unsealer: Unsealer;
  readonly #shown: ShownPlaintext;

  constructor(message: MessageFacts, identity: Identity) {
    this.#unsealer = createUnsealer([identity]);
    this.#shown = new ShownPlaintext(message);
  }

  update(sealed: Buffer): readonly Buffer[] {
    return this.#shown.pass(this.#unsealer.update(sealed));
  }

  finish(): readonly Buffer[] {
    return [...this.#shown.pass(this.#unsealer.finish()), ...this.#shown.finish()];
  }
}

/** The plaintext of a message as POP3 shows it: nothing before its trace block is proven, normalised where needed. */
export class ShownPlaintext {
  readonly #trace: TraceGate;
  /** Absent when POP3 can carry every octet, as nearly always. */
  readonly #normaliser: Pop3Normaliser | undefined;

  constructor(message: MessageFacts) {
    this.#trace = new TraceGate(message);
    this.#normaliser = message.deviations === 0 ? undefined : new Pop3Normaliser();
  }

  /** Gives slices of what it was given where it can. */
  pass(plaintext: readonly Buffer[]): readonly Buffer[] {
    const out: Buffer[] = [];
    for (const piece of plaintext) {
      const { block, content } = this.#trace.pass(piece);
      if (block !== undefined) out.push(block);
      if (content !== undefined) out.push(this.#normaliser?.update(content) ?? content);
    }
    return out;
  }

  finish(): readonly Buffer[] {
    this.#trace.expectOpen();
    return this.#normaliser === undefined ? [] : [this.#normaliser.finish()];
  }
}

/** Holds the trace block back until it is whole and proven to belong here; what follows passes. */
class TraceGate {
  readonly #message: MessageFacts;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #open = false;

  constructor(message: MessageFacts) {
    this.#message = message;
  }

  pass(piece: Buffer): { readonly block?: Buffer; readonly content?: Buffer } {
    if (this.#open) return { content: piece };
    const { traceBytes } = this.#message;
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes < traceBytes) return {};
    const whole = this.#held.length === 1 ? piece : Buffer.concat(this.#held);
    this.#held = [];
    const block = this.#check(whole.subarray(0, traceBytes));
    this.#open = true;
    return whole.length === traceBytes ? { block } : { block, content: whole.subarray(traceBytes) };
  }

  expectOpen(): void {
    if (!this.#open) throw new PosternError("seal/damaged-payload", "it ends within the trace block");
  }

  /** The block, with the line that says what was normalised. */
  #check(block: Buffer): Buffer {
    const { mailbox, uniqueId, deviations } = this.#message;
    const binding = readTraceBinding(block);
    const endAt = block.length - traceEnd.length;
    // An end before the end: the length in the index is not that of this block.
    if (binding?.mailbox !== mailbox || binding.uniqueId !== uniqueId || block.indexOf(traceEnd) !== endAt)
      throw new PosternError("seal/swapped-message");
    if (deviations === 0) return block;
    const insert = Buffer.from(normalizedHeaderField(deviations), "latin1");
    return Buffer.concat([block.subarray(0, endAt), insert, block.subarray(endAt)]);
  }
}
