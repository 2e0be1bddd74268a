// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** What the POP3 proxy knows recorded messages by. Names and marks come in hex. */
export class Passages {
  readonly #keep: StatementSync;
  readonly #forget: StatementSync;
  readonly #forgetAll: StatementSync;

  constructor(index: DatabaseSync) {
    this.#keep = index.prepare("INSERT OR REPLACE INTO passage VALUES (?, unhex(?), unhex(?))");
    this.#forget = index.prepare("DELETE FROM passage WHERE mailbox = ? AND name = unhex(?)");
    this.#forgetAll = index.prepare("DELETE FROM passage WHERE mailbox = ?");
  }

  keep(mailbox: number, passage: { readonly name: string; readonly content: string }): void {
    this.#keep.run(mailbox, passage.name, passage.content);
  }

  forget(mailbox: number, name: string): void {
    this.#forget.run(mailbox, name);
  }

  /** For a mailbox that goes, or whose mail goes with its key: what is still at the upstream is recorded anew. */
  forgetAll(mailbox: number): void {
    this.#forgetAll.run(mailbox);
  }
}
