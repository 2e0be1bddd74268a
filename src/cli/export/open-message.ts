// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { asBuffer } from "../../base/bytes.ts";
import { PosternError } from "../../base/errors.ts";
import { readTraceBinding, traceEnd } from "../../protocol/mime/trace-block.ts";
import type { Identity } from "../../seal/identity.ts";
import { createUnsealer } from "../../seal/unseal.ts";
import type { SealedSource, StoredMessage } from "../../store/contract.ts";

/** Enough for a disk to stream, little enough for memory (I9). */
const readBytes = 256 * 1024;

/** A message on its way out: its trace block, then its content as it is unsealed. */
export interface OpenedMessage {
  readonly message: StoredMessage;
  readonly trace: Buffer;
  /** The exact received octets (I2). Ends with an error when the message turns out damaged or cut off. */
  readonly content: AsyncIterable<Buffer>;
}

/** The sealed octets as they lie in the store, against the digest of the index. Throws `store/damaged` at the end. */
export async function* readSealed(source: SealedSource): AsyncGenerator<Buffer> {
  const digest = createHash("sha256");
  let position = 0;
  for (;;) {
    const sealed = await source.read(position, readBytes);
    if (sealed.length === 0) break;
    position += sealed.length;
    digest.update(sealed);
    yield sealed;
  }
  if (!digest.digest().equals(source.message.sha256)) {
    throw new PosternError("store/damaged", `${source.message.uniqueId} has another SHA-256 than when it was kept`);
  }
}

/**
 * Unseals a message and cuts the trace block off. Throws `seal/swapped-message` when the sealed file is not the one that
 * the index means, and the errors of unsealing.
 */
export async function openMessage(source: SealedSource, identity: Identity): Promise<OpenedMessage> {
  const { message } = source;
  const plaintext = unsealed(source, identity);
  const head = await take(plaintext, message.traceBytes);
  const trace = head.subarray(0, message.traceBytes);
  checkBinding(message, trace);
  return { message, trace, content: restOf(plaintext, head.subarray(message.traceBytes), message) };
}

async function* unsealed(source: SealedSource, identity: Identity): AsyncGenerator<Buffer> {
  const unsealer = createUnsealer([identity]);
  for await (const sealed of readSealed(source)) for (const plain of unsealer.update(sealed)) yield asBuffer(plain);
  for (const plain of unsealer.finish()) yield asBuffer(plain);
}

/** At least so many octets from the start, or all there are. */
async function take(plaintext: AsyncGenerator<Buffer>, bytes: number): Promise<Buffer> {
  const taken: Buffer[] = [];
  let length = 0;
  while (length < bytes) {
    const { done, value } = await plaintext.next();
    if (done === true) break;
    taken.push(value);
    length += value.length;
  }
  return Buffer.concat(taken);
}

/** A thief of the disk cannot make sealed messages pass for others by exchanging files or rows of the index. */
function checkBinding({ mailbox, uniqueId, traceBytes }: StoredMessage, trace: Buffer): void {
  const binding = readTraceBinding(trace);
  const whole = trace.length === traceBytes && trace.subarray(-traceEnd.length).toString("latin1") === traceEnd;
  if (whole && binding?.mailbox === mailbox && binding.uniqueId === uniqueId) return;
  throw new PosternError("seal/swapped-message", uniqueId);
}

async function* restOf(
  plaintext: AsyncGenerator<Buffer>,
  first: Buffer,
  { uniqueId, contentBytes }: StoredMessage,
): AsyncGenerator<Buffer> {
  let length = first.length;
  if (first.length > 0) yield first;
  for await (const chunk of plaintext) {
    length += chunk.length;
    yield chunk;
  }
  if (length === contentBytes) return;
  throw new PosternError("store/damaged", `${uniqueId} has ${length} octets of content, ${contentBytes} were kept`);
}
