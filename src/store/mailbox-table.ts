// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { PosternError } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";
import type { MailboxChange, MailboxEvent, MailboxRow, MailboxTable } from "./contract.ts";
import type { Leases } from "./leases.ts";
import type { MailboxRows } from "./mailbox-rows-in-memory.ts";
import { removalSlice } from "./maildrop.ts";
import type { StoreThreadClient } from "./writer/store-thread-client.ts";

const removalHolder = "a removal of the mailbox or of its mail";

/** The registry in memory, changed only after the change is durable. */
export class StoredMailboxTable implements MailboxTable {
  readonly #thread: StoreThreadClient;
  readonly #clock: Clock;
  readonly #leases: Leases;
  readonly #rows: MailboxRows;
  #told: (change: MailboxChange) => Promise<void> = () => Promise.resolve();

  constructor(
    parts: { readonly thread: StoreThreadClient; readonly clock: Clock; readonly leases: Leases },
    rows: MailboxRows,
  ) {
    this.#thread = parts.thread;
    this.#clock = parts.clock;
    this.#leases = parts.leases;
    this.#rows = rows;
  }

  onChange(told: (change: MailboxChange) => Promise<void>): void {
    this.#told = told;
  }

  all(): readonly MailboxRow[] {
    return this.#rows.all();
  }

  get(id: MailboxId): MailboxRow | undefined {
    return this.#rows.get(id);
  }

  number(id: MailboxId): number {
    return this.#rows.number(id);
  }

  async insert(row: MailboxRow): Promise<void> {
    const { number } = await this.#write(row, undefined, { event: "created" });
    await this.#changed({ row, number });
  }

  async update(row: MailboxRow, event: Exclude<MailboxEvent, "key-changed">): Promise<void> {
    const { number } = await this.#write(row, this.number(row.id), { event });
    await this.#changed({ row, number });
  }

  async replaceKey(row: MailboxRow, discardCause: string | undefined): Promise<number> {
    const number = this.number(row.id);
    const release = discardCause === undefined ? undefined : this.#leases.take(row.id, removalHolder);
    try {
      const removed = discardCause === undefined ? 0 : await this.#removeInSlices(number, discardCause);
      // What has arrived since goes with the old key, in one step.
      const last = await this.#write(row, number, { event: "key-changed", discardCause });
      await this.#changed({ row, number });
      return removed + last.removed;
    } finally {
      release?.();
    }
  }

  async remove(id: MailboxId, cause: string): Promise<number> {
    const number = this.number(id);
    const release = this.#leases.take(id, removalHolder);
    try {
      const removed = await this.#removeInSlices(number, cause);
      // With the row goes what has arrived since.
      const last = await this.#removeOldest(number, { most: Number.MAX_SAFE_INTEGER, cause, withMailbox: true });
      await this.#changed({ removed: id });
      return removed + last;
    } finally {
      release();
    }
  }

  async #removeInSlices(number: number, cause: string): Promise<number> {
    let removed = 0;
    for (;;) {
      const slice = await this.#removeOldest(number, { most: removalSlice, cause, withMailbox: false });
      removed += slice;
      if (slice < removalSlice) return removed;
    }
  }

  async #changed(change: MailboxChange): Promise<void> {
    this.#rows.take(change);
    await this.#told(change);
  }

  async #write(
    row: MailboxRow,
    mailbox: number | undefined,
    change: { readonly event: MailboxEvent | "created"; readonly discardCause?: string | undefined },
  ): Promise<{ readonly number: number; readonly removed: number }> {
    const token = this.#thread.nextToken();
    const answer = await this.#thread.request({
      kind: "mailbox",
      token,
      atMs: this.#clock.nowMs(),
      mailbox,
      row,
      event: change.event,
      discardCause: change.discardCause,
    });
    if (answer.kind !== "mailbox") throw new PosternError("store/failing", "the store gave no number");
    return answer;
  }

  async #removeOldest(
    mailbox: number,
    what: { readonly most: number; readonly cause: string; readonly withMailbox: boolean },
  ): Promise<number> {
    const request = { kind: "remove", mailbox, sequences: undefined, ...what } as const;
    const token = this.#thread.nextToken();
    const answer = await this.#thread.request({ ...request, token, atMs: this.#clock.nowMs() });
    if (answer.kind !== "removed") throw new PosternError("store/failing", "the store did not tell what was removed");
    return answer.removed;
  }
}
