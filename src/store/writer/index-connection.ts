// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import { PosternError } from "../../base/errors.ts";
import type { DataDirectory } from "../data-directory.ts";
import { type Epoch, Epochs, readEpochs, readLastSequence } from "../epochs.ts";
import { openIndexForWriting } from "../schema.ts";
import { IndexWriter } from "./index-writer.ts";
import { writeLogAnew } from "./log-anew.ts";

/** The one connection that writes to the index, with what it remembers, and whether that is trusted. */
export class IndexConnection {
  /** Of this run. */
  readonly epoch: Epoch;
  readonly epochs: Epochs;
  /** The last that was given before this run. */
  readonly lastSequence: number;
  readonly #directory: DataDirectory;
  #index: DatabaseSync;
  #writer: IndexWriter;
  #isTrusted = true;

  /** Throws as `openIndexForWriting`. */
  constructor(directory: DataDirectory, run: { readonly epochName: string; readonly startedAtMs: number }) {
    this.#directory = directory;
    this.#index = openIndexForWriting(directory);
    this.lastSequence = readLastSequence(this.#index);
    this.epoch = { name: run.epochName, firstSequence: this.lastSequence + 1, startedAtMs: run.startedAtMs };
    this.epochs = new Epochs(readEpochs(this.#index)).with(this.epoch);
    this.#writer = this.#newWriter();
  }

  /** Of this moment: `reopen` makes another. */
  get index(): DatabaseSync {
    return this.#index;
  }

  /** As `index`. */
  get writer(): IndexWriter {
    return this.#writer;
  }

  /** `false`: nothing is committed by it until a `reopen` comes to its end. */
  get isTrusted(): boolean {
    return this.#isTrusted;
  }

  /**
   * After a failed commit nothing that SQLite remembers is trusted: the log written anew, a new connection, and the whole
   * log moved to the database file with its syncs, so that nothing counts that the failed COMMIT left in the page cache
   * alone. Throws what keeps it from that.
   */
  reopen(): void {
    this.#isTrusted = false;
    writeLogAnew(this.#directory);
    this.close();
    this.#index = openIndexForWriting(this.#directory);
    const checkpoint = this.#index.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    if (checkpoint?.["busy"] !== 0) throw new PosternError("store/failing", "a reader keeps the log of the index busy");
    this.#writer = this.#newWriter();
    this.#isTrusted = true;
  }

  close(): void {
    if (this.#index.isOpen) this.#index.close();
  }

  #newWriter(): IndexWriter {
    return new IndexWriter(this.#index, this.epochs, this.epoch);
  }
}
