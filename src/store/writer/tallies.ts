// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";

interface Tally {
  messages: number;
  sealedBytes: number;
  lastReceivedAtMs: number | null;
  lastPulledAtMs: number | null;
}

/** Counts per mailbox, kept beside the rows they sum up; each touched one is written once per transaction. */
export class Tallies {
  readonly #tallies = new Map<number, Tally>();
  readonly #touched = new Set<number>();
  readonly #read: StatementSync;
  readonly #write: StatementSync;

  constructor(index: DatabaseSync) {
    this.#read = index.prepare("SELECT * FROM tally WHERE mailbox = ?");
    this.#write = index.prepare("INSERT OR REPLACE INTO tally VALUES (?, ?, ?, ?, ?)");
  }

  /** A message became visible. */
  arrived(mailbox: number, sealedBytes: number, receivedAtMs: number): void {
    const tally = this.#touch(mailbox);
    tally.messages += 1;
    tally.sealedBytes += sealedBytes;
    tally.lastReceivedAtMs = Math.max(tally.lastReceivedAtMs ?? 0, receivedAtMs);
  }

  /** Sealed octets of all messages that can be pulled. */
  waitingBytes(mailbox: number): number {
    return this.#tally(mailbox).sealedBytes;
  }

  removed(mailbox: number, sealedBytes: number): void {
    const tally = this.#touch(mailbox);
    tally.messages -= 1;
    tally.sealedBytes -= sealedBytes;
  }

  pulled(mailbox: number, atMs: number): void {
    this.#touch(mailbox).lastPulledAtMs = atMs;
  }

  /** Writes what changed; call it before COMMIT. */
  flush(): void {
    for (const mailbox of this.#touched) {
      const tally = this.#tally(mailbox);
      this.#write.run(mailbox, tally.messages, tally.sealedBytes, tally.lastReceivedAtMs, tally.lastPulledAtMs);
    }
    this.#touched.clear();
  }

  #touch(mailbox: number): Tally {
    this.#touched.add(mailbox);
    return this.#tally(mailbox);
  }

  #tally(mailbox: number): Tally {
    const known = this.#tallies.get(mailbox);
    if (known !== undefined) return known;
    const row = this.#read.get(mailbox);
    const tally = {
      messages: Number(row?.["messages"] ?? 0),
      sealedBytes: Number(row?.["sealed_bytes"] ?? 0),
      lastReceivedAtMs: numberOrNull(row?.["last_received_at"]),
      lastPulledAtMs: numberOrNull(row?.["last_pulled_at"]),
    };
    this.#tallies.set(mailbox, tally);
    return tally;
  }
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
