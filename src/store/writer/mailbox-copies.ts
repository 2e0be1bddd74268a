// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { describeError, hasCode } from "../../base/errors.ts";
import { type MailboxId, parseMailboxId } from "../../base/ids.ts";
import type { DataDirectory } from "../data-directory.ts";
import { formatMailboxCopy, lastChange, mailboxCopyPath, parseMailboxCopy } from "../mailbox-copy.ts";
import { readMailbox } from "../mailbox-rows.ts";
import type { FromStoreThread } from "../thread-messages.ts";

/**
 * Keeps the copies of the registry's rows. They follow the index, and nothing waits for them, a start neither: a copy
 * that a crash left out or cut off is made anew soon after the next start.
 */
export class MailboxCopies {
  readonly #directory: DataDirectory;
  readonly #tell: (told: FromStoreThread) => void;
  /** Mailboxes whose copy is to be written or to go, by their number. */
  readonly #due = new Set<number>();

  constructor(directory: DataDirectory, tell: (told: FromStoreThread) => void) {
    this.#directory = directory;
    this.#tell = tell;
    mkdirSync(directory.mailboxes, { recursive: true, mode: 0o700 });
  }

  /** A copy that is missing or old becomes due, and that of a removed mailbox is due to go. */
  lookAt(index: DatabaseSync, mailbox: number): void {
    if (this.#unlessDamaged(mailbox, () => this.#isCurrent(index, mailbox)) === false) this.#due.add(mailbox);
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
      this.#unlessDamaged(mailbox, () => this.#write(index, mailbox));
      this.#due.delete(mailbox);
    }
  }

  /** A damaged row is told, and its copy left as it is: it is the better witness. The other mailboxes' go on. */
  #unlessDamaged<T>(mailbox: number, step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!hasCode(error, "store/damaged")) throw error;
      this.#tell({ kind: "row-damaged", mailbox, detail: describeError(error) });
      return undefined;
    }
  }

  #isCurrent(index: DatabaseSync, number: number): boolean {
    const row = readMailbox(index, number);
    if (row === undefined) return false;
    const text = readIfThere(mailboxCopyPath(this.#directory, row.id));
    const copy = parseMailboxCopy(text);
    if (copy === undefined) return false;
    // A copy of the same change that says something else is the better witness: `verify` tells, `repair` uses it.
    return (
      formatMailboxCopy({ ledgerPosition: copy.ledgerPosition, row }) === text ||
      copy.ledgerPosition === lastChange(index, number)
    );
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

/** Nothing for a copy that cannot be read, either: it is made anew. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
