// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";

export interface SegmentAccount {
  bytes: number;
  liveBytes: number;
}

/** How much of each segment file is still wanted. All of them are in memory; each touched one is written once a commit. */
export class SegmentAccounts {
  readonly #accounts = new Map<number, SegmentAccount>();
  readonly #touched = new Set<number>();
  readonly #forgotten = new Set<number>();
  readonly #write: StatementSync;
  readonly #forget: StatementSync;

  constructor(index: DatabaseSync) {
    this.#write = index.prepare("INSERT OR REPLACE INTO segment VALUES (?, ?, ?)");
    this.#forget = index.prepare("DELETE FROM segment WHERE number = ?");
    for (const row of index.prepare("SELECT number, bytes, live_bytes FROM segment").iterate()) {
      this.#accounts.set(Number(row["number"]), { bytes: Number(row["bytes"]), liveBytes: Number(row["live_bytes"]) });
    }
  }

  /** A record was written. */
  written(segment: number, recordBytes: number): void {
    const account = this.#touch(segment);
    account.bytes += recordBytes;
    account.liveBytes += recordBytes;
  }

  /** A record is no longer wanted. */
  released(segment: number, recordBytes: number): void {
    this.#touch(segment).liveBytes -= recordBytes;
  }

  /** The account was wrong; the rows say how much lives. Written at once, outside a transaction. */
  correct(segment: number, liveBytes: number): void {
    const account = this.#touch(segment);
    account.liveBytes = liveBytes;
    account.bytes = Math.max(account.bytes, liveBytes);
    this.#write.run(segment, account.bytes, account.liveBytes);
  }

  get(segment: number): Readonly<SegmentAccount> | undefined {
    return this.#accounts.get(segment);
  }

  entries(): IterableIterator<[number, Readonly<SegmentAccount>]> {
    return this.#accounts.entries();
  }

  /** The file is gone. Its row goes with the next commit; until then a start finds it empty and ends the same way. */
  forget(segment: number): void {
    this.#accounts.delete(segment);
    this.#touched.delete(segment);
    this.#forgotten.add(segment);
  }

  /** Writes what changed; call it before COMMIT. */
  flush(): void {
    for (const segment of this.#touched) {
      const account = this.#touch(segment);
      this.#write.run(segment, account.bytes, account.liveBytes);
    }
    this.#touched.clear();
    for (const segment of this.#forgotten) this.#forget.run(segment);
    this.#forgotten.clear();
  }

  #touch(segment: number): SegmentAccount {
    this.#touched.add(segment);
    // A start may give the number of a file that it swept to a new one, before any commit: its row must stay.
    this.#forgotten.delete(segment);
    const known = this.#accounts.get(segment);
    if (known !== undefined) return known;
    const account = { bytes: 0, liveBytes: 0 };
    this.#accounts.set(segment, account);
    return account;
  }
}
