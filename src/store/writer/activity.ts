// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { activityKeptMs, allMailboxes, hourMs } from "../activity-hours.ts";

type Count = "received" | "receivedBytes" | "pulled" | "removed" | "refused";
type Counts = Record<Count, number>;

/**
 * What came and went, an hour a row, per mailbox and for all together: so that a chart of a month reads some hundred
 * rows and no ledger. Each touched row is written once per transaction.
 */
export class Activity {
  readonly #open = new Map<number, Counts>();
  /** The hour that a mailbox was last written in: when it is another one, what is too old goes. */
  readonly #written = new Map<number, number>();
  readonly #sources = new Set<string>();
  readonly #add: StatementSync;
  readonly #forgetOld: StatementSync;
  readonly #forgetAll: readonly StatementSync[];
  readonly #keepSource: StatementSync;
  #hour = 0;

  constructor(index: DatabaseSync) {
    this.#add = index.prepare(
      `INSERT INTO activity VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mailbox, at) DO UPDATE SET
         received = received + excluded.received, received_bytes = received_bytes + excluded.received_bytes,
         pulled = pulled + excluded.pulled, removed = removed + excluded.removed, refused = refused + excluded.refused`,
    );
    this.#forgetOld = index.prepare("DELETE FROM activity WHERE mailbox = ? AND at < ?");
    this.#forgetAll = [
      index.prepare("DELETE FROM activity WHERE mailbox = ?"),
      index.prepare("DELETE FROM mailbox_source WHERE mailbox = ?"),
    ];
    this.#keepSource = index.prepare("INSERT OR IGNORE INTO mailbox_source VALUES (?, ?)");
  }

  count(mailbox: number, atMs: number, what: Count, count = 1): void {
    const hour = Math.floor(atMs / hourMs) * hourMs;
    if (hour !== this.#hour) {
      this.flush();
      this.#hour = hour;
    }
    this.#counts(mailbox)[what] += count;
    this.#counts(allMailboxes)[what] += count;
  }

  received(mailbox: number, atMs: number, sealedBytes: number): void {
    this.count(mailbox, atMs, "received");
    this.count(mailbox, atMs, "receivedBytes", sealedBytes);
  }

  /** That mail came into a mailbox in this way. */
  came(mailbox: number, source: number): void {
    const key = `${mailbox} ${source}`;
    if (this.#sources.has(key)) return;
    this.#sources.add(key);
    this.#keepSource.run(mailbox, source);
  }

  /** For a mailbox that goes. The sums stay: what happened has happened. */
  forget(mailbox: number): void {
    this.flush();
    for (const statement of this.#forgetAll) statement.run(mailbox);
  }

  /** Writes what changed; call it before COMMIT. */
  flush(): void {
    for (const [mailbox, { received, receivedBytes, pulled, removed, refused }] of this.#open) {
      this.#add.run(mailbox, this.#hour, received, receivedBytes, pulled, removed, refused);
      if (this.#written.get(mailbox) === this.#hour) continue;
      this.#written.set(mailbox, this.#hour);
      this.#forgetOld.run(mailbox, this.#hour - activityKeptMs);
    }
    this.#open.clear();
  }

  #counts(mailbox: number): Counts {
    const known = this.#open.get(mailbox);
    if (known !== undefined) return known;
    const counts = { received: 0, receivedBytes: 0, pulled: 0, removed: 0, refused: 0 };
    this.#open.set(mailbox, counts);
    return counts;
  }
}
