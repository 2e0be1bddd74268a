// SPDX-License-Identifier: Apache-2.0
import { AskPort, answerOn, type QuestionPort } from "../base/ask-port.ts";
import { PosternError } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";

/** Gives out leases on maildrops, wherever the list of them is. */
export interface LeaseDesk {
  /** Takes a lease and gives what releases it, which may be called twice. Throws `store/maildrop-locked`. */
  take(mailbox: MailboxId, holder: string): (() => void) | Promise<() => void>;
}

/** Who works on the messages of which mailbox: one at a time (RFC 1939 §4). They end with the process. */
export class Leases implements LeaseDesk {
  readonly #holders = new Map<MailboxId, { readonly holder: string }>();

  take(mailbox: MailboxId, holder: string): () => void {
    const other = this.#holders.get(mailbox);
    if (other !== undefined) throw new PosternError("store/maildrop-locked", other.holder);
    const lease = { holder };
    this.#holders.set(mailbox, lease);
    return () => {
      if (this.#holders.get(mailbox) === lease) this.#holders.delete(mailbox);
    };
  }
}

export type LeaseQuestion =
  | { readonly kind: "take"; readonly lease: number; readonly mailbox: MailboxId; readonly holder: string }
  | { readonly kind: "release"; readonly lease: number };

/** The leases of another thread, over the port that `lendLeases` answers on. */
export class AskedLeases implements LeaseDesk {
  readonly #asking: AskPort<LeaseQuestion, undefined>;
  #last = 0;

  constructor(port: QuestionPort<LeaseQuestion>) {
    this.#asking = new AskPort(port);
  }

  async take(mailbox: MailboxId, holder: string): Promise<() => void> {
    this.#last += 1;
    const lease = this.#last;
    await this.#asking.ask({ kind: "take", lease, mailbox, holder });
    return () => this.#asking.tell({ kind: "release", lease });
  }

  close(): void {
    this.#asking.close();
  }
}

/** Answers the questions of an `AskedLeases`. Returns what ends all leases that the other side still holds. */
export function lendLeases(leases: Leases, port: QuestionPort<LeaseQuestion>): () => void {
  const held = new Map<number, () => void>();
  const release = (lease: number): void => {
    held.get(lease)?.();
    held.delete(lease);
  };
  let ended = false;
  answerOn(port, (question) => {
    if (question.kind === "release") release(question.lease);
    else if (!ended) held.set(question.lease, leases.take(question.mailbox, question.holder));
  });
  return () => {
    ended = true;
    for (const lease of held.keys()) release(lease);
    port.close();
  };
}
