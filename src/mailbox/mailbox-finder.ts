// SPDX-License-Identifier: Apache-2.0
import type { MailboxId } from "../base/ids.ts";
import type { MailboxRow, MailboxTable } from "../store/contract.ts";
import { type Mailbox, mailboxFromRow } from "./mailbox.ts";

/** Mailboxes with their recipient parsed, each kept as long as its row: they are asked for at every RCPT. */
export class MailboxFinder {
  readonly #table: Pick<MailboxTable, "get">;
  /** A row that was changed or removed goes, in whatever thread that was, and its mailbox with it. */
  readonly #read = new WeakMap<MailboxRow, Mailbox>();

  constructor(table: Pick<MailboxTable, "get">) {
    this.#table = table;
  }

  find(id: MailboxId): Mailbox | undefined {
    const row = this.#table.get(id);
    if (row === undefined) return undefined;
    const known = this.#read.get(row);
    if (known !== undefined) return known;
    const mailbox = mailboxFromRow(row);
    this.#read.set(row, mailbox);
    return mailbox;
  }
}
