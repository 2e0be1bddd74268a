// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { insertMailboxSql, mailboxValues, removeMailboxSql, updateMailboxSql } from "../mailbox-rows.ts";
import type { MailboxRequest } from "../thread-messages.ts";
import type { LedgerWriter } from "./ledger-writer.ts";

/** Changes the registry's rows within the running transaction, each with its ledger row. */
export class MailboxWriter {
  /** Numbers of the mailboxes that were not removed. */
  readonly #present: Set<number>;
  readonly #ledger: LedgerWriter;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #remove: StatementSync;

  constructor(index: DatabaseSync, ledger: LedgerWriter) {
    this.#ledger = ledger;
    this.#insert = index.prepare(insertMailboxSql);
    this.#update = index.prepare(updateMailboxSql);
    this.#remove = index.prepare(removeMailboxSql);
    const rows = index.prepare("SELECT number FROM mailbox WHERE removed_at IS NULL").all();
    this.#present = new Set(rows.map((row) => Number(row["number"])));
  }

  has(mailbox: number): boolean {
    return this.#present.has(mailbox);
  }

  /** Adds or replaces a row. Returns the mailbox's number. */
  keep(request: MailboxRequest): number {
    const { atMs, event, row } = request;
    let { mailbox } = request;
    if (mailbox === undefined) {
      mailbox = Number(this.#insert.run(...mailboxValues(row)).lastInsertRowid);
      this.#present.add(mailbox);
    } else {
      this.#update.run(...mailboxValues(row), mailbox);
    }
    this.#ledger.append(mailbox, { atMs, event });
    return mailbox;
  }

  remove(mailbox: number, entry: { readonly atMs: number; readonly detail: string }): void {
    this.#remove.run(entry.atMs, mailbox);
    this.#present.delete(mailbox);
    this.#ledger.append(mailbox, { ...entry, event: "mailbox-removed" });
  }
}
