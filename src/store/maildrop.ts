// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { PosternError } from "../base/errors.ts";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import type { Maildrop, SealedSource } from "./contract.ts";
import { MessageList, type MessageListParts } from "./message-list.ts";
import type { Snapshot } from "./thread-messages.ts";
import type { StoreThreadClient } from "./writer/store-thread-client.ts";

/** What one group commit removes; more would keep deposits waiting for it. */
export const removalSlice = 1000;

export interface MaildropParts extends MessageListParts {
  readonly thread: StoreThreadClient;
  readonly clock: Clock;
}

export class LeasedMaildrop implements Maildrop {
  readonly mailbox: MailboxId;
  readonly #number: number;
  readonly #list: MessageList;
  readonly #parts: MaildropParts;
  readonly #release: () => void;

  constructor(
    mailbox: { readonly id: MailboxId; readonly number: number },
    snapshot: Snapshot,
    parts: MaildropParts & { readonly release: () => void },
  ) {
    this.mailbox = mailbox.id;
    this.#number = mailbox.number;
    this.#list = new MessageList(mailbox, snapshot, parts);
    this.#parts = parts;
    this.#release = parts.release;
  }

  get count(): number {
    return this.#list.count;
  }

  pop3Bytes(index: number): number {
    return this.#list.pop3Bytes(index);
  }

  uniqueId(index: number): UniqueId {
    return this.#list.uniqueId(index);
  }

  open(index: number): Promise<SealedSource> {
    return this.#list.open(index);
  }

  notePulled(index: number): void {
    const { thread, clock } = this.#parts;
    const sequences = [this.#list.sequence(index)];
    thread.note({
      kind: "note",
      atMs: clock.nowMs(),
      mailbox: this.#number,
      event: "pulled",
      sequences,
      count: sequences.length,
      detail: "",
    });
  }

  async remove(
    indexes: Iterable<number>,
    cause: string,
  ): Promise<{ readonly removed: number; readonly failed: number }> {
    const sequences = Float64Array.from(indexes, (index) => this.#list.sequence(index));
    let removed = 0;
    let failed = 0;
    for (let from = 0; from < sequences.length; from += removalSlice) {
      try {
        const slice = await this.#removeSlice(sequences.slice(from, from + removalSlice), cause);
        removed += slice.removed;
        failed += slice.failed;
      } catch (error) {
        if (removed === 0) throw error;
        return { removed, failed: sequences.length - removed };
      }
    }
    return { removed, failed };
  }

  async #removeSlice(sequences: Float64Array, cause: string): Promise<{ removed: number; failed: number }> {
    const { thread, clock } = this.#parts;
    const answer = await thread.request({
      kind: "remove",
      token: thread.nextToken(),
      atMs: clock.nowMs(),
      mailbox: this.#number,
      sequences,
      most: sequences.length,
      cause,
      withMailbox: false,
    });
    if (answer.kind !== "removed") throw new PosternError("store/failing", "the store did not tell what was removed");
    return { removed: answer.removed, failed: answer.failed };
  }

  release(): void {
    this.#release();
    this.#list.release();
  }
}
