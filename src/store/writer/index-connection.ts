// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { PosternError } from "../../base/errors.ts";
import type { DataDirectory } from "../data-directory.ts";
import type { Epoch, Epochs } from "../epochs.ts";
import { openIndexForWriting, pragmaNumber } from "../schema.ts";
import type { FaultPlan } from "./faults.ts";
import { IndexWriter } from "./index-writer.ts";
import { MailboxWriter } from "./mailbox-writer.ts";

interface Connection {
  readonly index: DatabaseSync;
  readonly messages: IndexWriter;
  readonly mailboxes: MailboxWriter;
  readonly begin: StatementSync;
  readonly commit: StatementSync;
}

export interface IndexConnectionOptions {
  readonly directory: DataDirectory;
  readonly epochs: Epochs;
  readonly epoch: Epoch;
  readonly plan: FaultPlan;
}

/** The one connection that writes the index: transactions, and a fresh start after a failed one. */
export class IndexConnection {
  readonly #options: IndexConnectionOptions;
  #connection: Connection | undefined;

  constructor(options: IndexConnectionOptions, index: DatabaseSync) {
    this.#options = options;
    this.#connection = this.#connect(index);
  }

  get messages(): IndexWriter {
    return this.#require().messages;
  }

  get mailboxes(): MailboxWriter {
    return this.#require().mailboxes;
  }

  /** Runs `change` as one transaction that is durable when this returns. After a throw only `reopen` helps. */
  transaction(change: () => void): void {
    const { index, messages, begin, commit } = this.#require();
    begin.run();
    try {
      change();
      messages.flush();
      this.#options.plan.pass("index-commit");
      commit.run();
      this.#options.plan.pass("index-committed");
    } catch (error) {
      this.#connection = undefined;
      // Closing rolls back what SQLite has not rolled back by itself.
      index.close();
      throw error;
    }
  }

  get broken(): boolean {
    return this.#connection === undefined;
  }

  /**
   * Opens the index again and moves the whole write-ahead log into the database file, with its syncs. What a failed
   * COMMIT left behind is written anew by it, or this throws: no page is trusted for which a sync failed before.
   */
  reopen(): void {
    const index = openIndexForWriting(this.#options.directory);
    try {
      const row = index.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
      if (row?.["busy"] !== 0) throw new PosternError("store/failing", "a reader keeps the write-ahead log busy");
      this.#connection = this.#connect(index);
    } catch (error) {
      index.close();
      throw error;
    }
  }

  /** Gives pages of removed rows back to the disk, at most `pages`; tells whether there is more. */
  vacuumStep(pages: number): boolean {
    const { index } = this.#require();
    const free = pragmaNumber(index, "freelist_count");
    // Some free pages are soon used again; below a tenth of the file it is not worth the writing.
    if (free < pages || free * 10 < pragmaNumber(index, "page_count")) return false;
    index.exec(`PRAGMA incremental_vacuum(${pages})`);
    return true;
  }

  /** Empties the write-ahead log as far as readers let it. */
  checkpoint(): void {
    this.#require().index.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#connection?.index.close();
    this.#connection = undefined;
  }

  #connect(index: DatabaseSync): Connection {
    const messages = new IndexWriter(index, this.#options.epochs, this.#options.epoch);
    return {
      index,
      messages,
      mailboxes: new MailboxWriter(index, messages.ledger),
      begin: index.prepare("BEGIN IMMEDIATE"),
      commit: index.prepare("COMMIT"),
    };
  }

  #require(): Connection {
    if (this.#connection === undefined) throw new PosternError("store/failing", "the index is closed");
    return this.#connection;
  }
}
