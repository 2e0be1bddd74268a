// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type MailboxId, parseMailboxId } from "../../base/ids.ts";
import type { DataDirectory } from "../data-directory.ts";
import { formatMailboxCopy, lastChange, mailboxCopyPath, parseMailboxCopy } from "../mailbox-copy.ts";
import { readMailbox, readMailboxes } from "../mailbox-rows.ts";

/**
 * Keeps the copies of the registry's rows. They follow the index, and nothing waits for them: a copy that a crash left
 * out or cut off is made anew at the next start.
 */
export class MailboxCopies {
  readonly #directory: DataDirectory;
  /** Mailboxes whose copy is to be written, by their number. */
  readonly #due = new Set<number>();

  constructor(directory: DataDirectory) {
    this.#directory = directory;
    mkdirSync(directory.mailboxes, { recursive: true, mode: 0o700 });
  }

  /** At a start: copies that are missing or old are made, those of removed mailboxes go. */
  bringUpToDate(index: DatabaseSync): void {
    const files = new Set(readdirSync(this.#directory.mailboxes));
    for (const { number, row } of readMailboxes(index)) {
      const file = basename(mailboxCopyPath(this.#directory, row.id));
      const text = files.has(file) ? readFileSync(join(this.#directory.mailboxes, file), "utf8") : "";
      const copy = parseMailboxCopy(text);
      const same = copy !== undefined && formatMailboxCopy({ ledgerPosition: copy.ledgerPosition, row }) === text;
      // A copy of the same change that says something else is the better witness: `verify` tells, `repair` uses it.
      if (same || (copy !== undefined && copy.ledgerPosition === lastChange(index, number))) continue;
      this.#write(index, number);
    }
    const removed = index.prepare("SELECT 1 FROM mailbox WHERE id = ? AND removed_at IS NOT NULL");
    for (const file of files) {
      const id = parseMailboxId(file.replace(/\.json$/, ""));
      if (id !== undefined && removed.get(id) !== undefined) this.#remove(id);
    }
  }

  /**
   * Rows changed. Nobody waits for their copies, and nothing depends on them while the index is well: what keeps one from
   * being written is told, and it stays due.
   */
  follow(index: DatabaseSync, changed: readonly number[]): unknown {
    if (changed.length === 0) return undefined;
    for (const mailbox of changed) this.#due.add(mailbox);
    try {
      this.flush(index);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Writes what is due. What fails stays due and is thrown. */
  flush(index: DatabaseSync): void {
    for (const mailbox of this.#due) {
      this.#write(index, mailbox);
      this.#due.delete(mailbox);
    }
  }

  #write(index: DatabaseSync, number: number): void {
    const row = readMailbox(index, number);
    if (row === undefined) {
      const id = parseMailboxId(String(index.prepare("SELECT id FROM mailbox WHERE number = ?").get(number)?.["id"]));
      if (id !== undefined) this.#remove(id);
      return;
    }
    const path = mailboxCopyPath(this.#directory, row.id);
    writeFileSync(`${path}.new`, formatMailboxCopy({ ledgerPosition: lastChange(index, number), row }), {
      mode: 0o600,
    });
    renameSync(`${path}.new`, path);
  }

  #remove(id: MailboxId): void {
    rmSync(mailboxCopyPath(this.#directory, id), { force: true });
  }
}
