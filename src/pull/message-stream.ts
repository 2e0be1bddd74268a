// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import { normalizedHeaderField, readTraceBinding, traceEnd } from "../protocol/mime/trace-block.ts";
import { Pop3Normaliser } from "../protocol/wire/pop3-normaliser.ts";
import type { Identity } from "../seal/identity.ts";
import { createUnsealer } from "../seal/unseal.ts";
import type { SealedSource } from "../store/contract.ts";

/** How much is read from the store at once: most messages come whole. */
const readBytes = 1024 * 1024;

/**
 * A sealed message as POP3 shows it: trace block and content, opened, checked and normalised where POP3 cannot carry an
 * octet. Pieces come as they are authenticated. Throws the errors of the store and of `seal/`, and
 * `seal/swapped-message` when the sealed bytes belong to another record.
 */
export async function* messageOctets(source: SealedSource, identity: Identity): AsyncGenerator<Buffer> {
  const { message } = source;
  const trace = new TraceGate(message.traceBytes, {
    mailbox: message.mailbox,
    uniqueId: message.uniqueId,
    insert: normalizedHeaderField(message.deviations),
  });
  const normaliser = message.deviations === 0 ? undefined : new Pop3Normaliser();
  for await (const piece of plaintext(source, identity)) {
    for (const { octets, isContent } of trace.pass(piece))
      yield isContent && normaliser !== undefined ? normaliser.update(octets) : octets;
  }
  trace.expectEnd();
  if (normaliser !== undefined) yield normaliser.finish();
}

async function* plaintext(source: SealedSource, identity: Identity): AsyncGenerator<Buffer> {
  const unsealer = createUnsealer([identity]);
  for (let position = 0; ; ) {
    const sealed = await source.read(position, readBytes);
    if (sealed.length === 0) break;
    position += sealed.length;
    yield* unsealer.update(sealed);
    if (position >= source.message.sealedBytes) break;
  }
  yield* unsealer.finish();
}

interface TraceExpectation {
  readonly mailbox: string;
  readonly uniqueId: string;
  /** A header field to add before the last line. */
  readonly insert: string;
}

/** Holds the trace block back until it is whole and proven to belong here; what follows passes. */
class TraceGate {
  readonly #traceBytes: number;
  readonly #expected: TraceExpectation;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #open = false;

  constructor(traceBytes: number, expected: TraceExpectation) {
    this.#traceBytes = traceBytes;
    this.#expected = expected;
  }

  *pass(piece: Buffer): Generator<{ readonly octets: Buffer; readonly isContent: boolean }> {
    if (this.#open) {
      yield { octets: piece, isContent: true };
      return;
    }
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes < this.#traceBytes) return;
    const whole = this.#held.length === 1 ? piece : Buffer.concat(this.#held);
    this.#held = [];
    this.#open = true;
    yield { octets: this.#check(whole.subarray(0, this.#traceBytes)), isContent: false };
    if (whole.length > this.#traceBytes) yield { octets: whole.subarray(this.#traceBytes), isContent: true };
  }

  expectEnd(): void {
    if (!this.#open) throw new PosternError("seal/damaged-payload", "it ends within the trace block");
  }

  #check(block: Buffer): Buffer {
    const binding = readTraceBinding(block);
    const { mailbox, uniqueId, insert } = this.#expected;
    const endAt = block.length - traceEnd.length;
    if (binding?.mailbox !== mailbox || binding.uniqueId !== uniqueId || block.indexOf(traceEnd) !== endAt)
      throw new PosternError("seal/swapped-message");
    if (insert === "") return block;
    return Buffer.concat([block.subarray(0, endAt), Buffer.from(insert), block.subarray(endAt)]);
  }
}
