// SPDX-License-Identifier: Apache-2.0
import type { Envelope, EnvelopeRecipient, OpenTransaction } from "../protocol/smtp/envelope.ts";
import type { Refusal } from "../protocol/smtp/refusal.ts";
import type { Answer } from "../protocol/smtp/server/machine-types.ts";

/**
 * What stands behind an SMTP conversation: journal intake, or the proxy's way to an upstream. One mail transaction at a
 * time, in this order: `judgeMail`, `judgeRecipient` for each, `startContent`, `write` as often as wanted, `commit`.
 * A transaction may end after any of them: by `discard`, or by the next `judgeMail`.
 */
export interface MailStage {
  judgeMail(transaction: OpenTransaction): Answer | Promise<Answer>;
  judgeRecipient(transaction: OpenTransaction, recipient: EnvelopeRecipient): Answer | Promise<Answer>;
  startContent(envelope: Envelope, transfer: "DATA" | "BDAT"): Answer | Promise<Answer>;
  /** A promise means: wait before reading more (I9). Never rejects: what goes wrong is told by `commit`. */
  write(content: Buffer): Promise<undefined> | undefined;
  /** Set when nothing of `content` is needed once it was written, so that its memory can be given back. */
  readonly usesContentUp?: true;
  /** The content is whole. The answer is the reply to it. */
  commit(): Promise<Answer>;
  /** Content that was begun will not be whole. */
  discard(): Promise<undefined>;
  /** The conversation refused the transaction by itself; for the ledger. */
  noteRefusal(refusal: Refusal): void;
  /** Set once no further mail can be taken; `whenOver` resolves then. */
  readonly over: Refusal | undefined;
  readonly whenOver: Promise<unknown> | undefined;
  /** The conversation has ended. */
  close(): Promise<void>;
}
