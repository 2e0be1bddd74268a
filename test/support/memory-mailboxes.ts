// SPDX-License-Identifier: Apache-2.0
import type { MailboxId } from "../../src/base/ids.ts";
import type { MailboxCounts, MailboxEvent, MailboxRow, MailboxTable, Store } from "../../src/store/contract.ts";

/** The registry's side of a store, in memory; notes what went to the ledger. */
export class MemoryMailboxes implements Pick<Store, "mailboxes" | "counts" | "readiness"> {
  readonly rows = new Map<MailboxId, MailboxRow>();
  readonly messages = new Map<MailboxId, number>();
  readonly noted: string[] = [];
  readonly mailboxes: MailboxTable;

  constructor() {
    this.mailboxes = {
      all: () => [...this.rows.values()],
      get: (id) => this.rows.get(id),
      insert: async (row) => this.#put(row, "created"),
      update: async (row, event) => this.#put(row, event),
      remove: async (id, cause) => {
        this.rows.delete(id);
        return this.#discard(id, cause);
      },
      replaceKey: async (row, cause) => {
        const removed = cause === undefined ? 0 : this.#discard(row.id, cause);
        await this.#put(row, "key-changed");
        return removed;
      },
    };
  }

  async counts(): Promise<ReadonlyMap<MailboxId, MailboxCounts>> {
    const times = {
      oldestReceivedAtMs: undefined,
      lastReceivedAtMs: undefined,
      lastPulledAtMs: undefined,
      sources: [],
    };
    return new Map(
      Array.from(this.messages, ([id, messages]) => [id, { messages, sealedBytes: messages * 1000, ...times }]),
    );
  }

  async activity(): Promise<readonly never[]> {
    return [];
  }

  async ledger(): Promise<never> {
    throw new TypeError("this test store has no such part");
  }

  readiness(): "ready" {
    return "ready";
  }

  async #put(row: MailboxRow, event: MailboxEvent | "created"): Promise<void> {
    // A real store answers later; changes that are not made in turn would mix here.
    await Promise.resolve();
    this.rows.set(row.id, row);
    this.noted.push(event);
  }

  #discard(id: MailboxId, cause: string): number {
    const gone = this.messages.get(id) ?? 0;
    this.messages.delete(id);
    this.noted.push(cause);
    return gone;
  }
}
