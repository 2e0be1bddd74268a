// SPDX-License-Identifier: Apache-2.0
import type { MailboxId } from "../base/ids.ts";
import type { Capture, CaptureTarget, Kept } from "../capture/capture.ts";
import type { RecordedRecipient } from "../capture/recorded-envelope.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";

interface Copy {
  readonly mailbox: Mailbox;
  readonly recipients: RecordedRecipient[];
}

/** The mail transaction that is under way in a session: who it is for, and the capture once content flows. */
export class OpenMail {
  /** Made for the first recipient: most connections that are open have none. */
  #copies: Map<MailboxId, Copy> | undefined;
  #capture: Capture | undefined;
  /** Why the content can no longer be kept; told at its real end. */
  #failure: unknown;

  get mailboxes(): Iterable<MailboxId> {
    return this.#copies?.keys() ?? [];
  }

  /** One kept message per mailbox, however many of its recipients are named. `false`: too many mailboxes. */
  addRecipient(mailbox: Mailbox, recipient: RecordedRecipient, maxMailboxes: number): boolean {
    const copies = (this.#copies ??= new Map());
    const copy = copies.get(mailbox.id);
    if (copy !== undefined) {
      copy.recipients.push(recipient);
      return true;
    }
    if (copies.size >= maxMailboxes) return false;
    copies.set(mailbox.id, { mailbox, recipients: [recipient] });
    return true;
  }

  targets(): readonly CaptureTarget[] {
    return [...(this.#copies?.values() ?? [])].map(({ mailbox, recipients }) => ({
      mailbox: mailbox.id,
      recipient: mailbox.recipient,
      mostWaitingBytes: mailbox.mostWaitingBytes,
      recipients,
    }));
  }

  /** From here on content goes into `capture`. */
  startContent(capture: Capture): void {
    this.#capture = capture;
  }

  /** Passes content on; a promise means: wait before reading more. A failure is told by `keep`. */
  write(content: Buffer): Promise<undefined> | undefined {
    if (this.#failure !== undefined) return undefined;
    return this.#capture?.write(content)?.then(
      () => undefined,
      (error: unknown) => {
        this.#failure = error;
        return undefined;
      },
    );
  }

  /** Durable in every mailbox when it resolves; rejects with the store's error. */
  async keep(): Promise<readonly Kept[]> {
    const capture = this.#capture;
    this.#capture = undefined;
    if (capture === undefined) return [];
    if (this.#failure === undefined) return capture.keep();
    await capture.abort();
    throw this.#failure;
  }

  async discard(): Promise<undefined> {
    const capture = this.#capture;
    this.#capture = undefined;
    await capture?.abort();
  }
}
