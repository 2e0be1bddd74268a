// SPDX-License-Identifier: Apache-2.0
import type { MailboxId } from "../base/ids.ts";
import type { MailboxRow, MailboxTable } from "../store/contract.ts";
import { type Mailbox, mailboxFromRow } from "./mailbox.ts";

/** Mailboxes with their recipient parsed, each kept until its row changes: they are asked for at every RCPT. */
export class MailboxFinder {
  readonly #table: Pick<MailboxTable, "get">;
  readonly #read = new Map<MailboxId, { readonly row: MailboxRow; readonly mailbox: Mailbox }>();

  constructor(table: Pick<MailboxTable, "get">) {
    this.#table = table;
  }

  find(id: MailboxId): Mailbox | undefined {
    const row = this.#table.get(id);
    if (row === undefined) {
      this.#read.delete(id);
      return undefined;
    }
    const known = this.#read.get(id);
    if (known?.row === row) return known.mailbox;
    const mailbox = mailboxFromRow(row);
    this.#read.set(id, { row, mailbox });
    return mailbox;
  }

  /** It was removed. */
  forget(id: MailboxId): void {
    this.#read.delete(id);
  }
}
