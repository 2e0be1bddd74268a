// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { giveBack } from "../../base/give-back.ts";
import { type ActivityHour, activityHour } from "../activity-hours.ts";
import type { Addendum } from "../contract.ts";
import { dataDirectory } from "../data-directory.ts";
import { openIndexForReading } from "../schema.ts";
import type { CountsRow, LocationRow, Snapshot } from "../thread-messages.ts";
import { SnapshotGatherer } from "./snapshot-gatherer.ts";

const snapshotBlock = 20_000;

/** Look-ups on a connection of its own that only reads, beside the writer and never in its way. */
export class IndexReader {
  /** For further questions of those who only read. */
  readonly index: DatabaseSync;
  readonly #snapshot: StatementSync;
  readonly #location: StatementSync;
  readonly #addenda: StatementSync;
  readonly #counts: StatementSync;
  #activity: StatementSync | undefined;
  readonly #expected: StatementSync;
  #passage: StatementSync | undefined;

  constructor(root: string) {
    this.index = openIndexForReading(dataDirectory(root));
    this.#snapshot = this.index.prepare(
      `SELECT max(sequence) AS last, CAST(group_concat(sequence || ' ' || bytes, ' ') AS BLOB) AS messages FROM (
         SELECT sequence, trace_bytes + content_pop3_bytes AS bytes FROM message
         WHERE mailbox = ? AND sequence > ? AND state > 0 ORDER BY sequence LIMIT ?)`,
    );
    this.#location = this.index.prepare(
      `SELECT m.sequence, m.state, m.source, m.received_at AS receivedAtMs, m.segment, m.offset,
         m.sealed_bytes AS sealedBytes, m.trace_bytes AS traceBytes, m.content_bytes AS contentBytes,
         m.content_pop3_bytes AS contentPop3Bytes, m.deviations, l.sha256
       FROM message m JOIN ledger l ON l.mailbox = m.mailbox AND l.position = m.ledger_position
       WHERE m.mailbox = ? AND m.sequence = ?`,
    );
    this.#expected = this.index.prepare("SELECT messages FROM tally WHERE mailbox = ?");
    this.#addenda = this.index.prepare(
      "SELECT kind, at, sealed FROM addendum WHERE mailbox = ? AND sequence = ? ORDER BY number",
    );
    this.#counts = this.index.prepare(
      `SELECT t.mailbox, t.messages, t.sealed_bytes AS sealedBytes, t.last_received_at AS lastReceivedAtMs,
         t.last_pulled_at AS lastPulledAtMs, (SELECT m.received_at FROM message m
           WHERE m.mailbox = t.mailbox ORDER BY m.sequence LIMIT 1) AS oldestReceivedAtMs, ${this.#sourceBits()}
       FROM tally t`,
    );
  }

  /** The messages that a puller may see, oldest first. */
  snapshot(mailbox: number): Snapshot {
    return this.#readSnapshot(mailbox);
  }

  /** Where messages lie; those that are no longer there are left out. */
  locations(mailbox: number, sequences: Float64Array): readonly LocationRow[] {
    return [...sequences].flatMap((sequence) => this.#readLocation(mailbox, sequence));
  }

  addenda(mailbox: number, sequence: number): readonly Addendum[] {
    return this.#addenda.all(mailbox, sequence).map(
      (row): Addendum => ({
        kind: row["kind"] === "verdict" ? "verdict" : "receipt",
        atMs: Number(row["at"]),
        sealed: row["sealed"] instanceof Uint8Array ? row["sealed"] : new Uint8Array(0),
      }),
    );
  }

  counts(): readonly CountsRow[] {
    return this.#counts.all().map(
      (row): CountsRow => ({
        mailbox: Number(row["mailbox"]),
        messages: Number(row["messages"]),
        sealedBytes: Number(row["sealedBytes"]),
        oldestReceivedAtMs: optionalNumber(row["oldestReceivedAtMs"]),
        lastReceivedAtMs: optionalNumber(row["lastReceivedAtMs"]),
        lastPulledAtMs: optionalNumber(row["lastPulledAtMs"]),
        sourceBits: optionalNumber(row["sourceBits"]) ?? 0,
      }),
    );
  }

  /** One mailbox, or all of them together, from the hour of `fromMs` until `toMs`. */
  activity(mailbox: number, fromMs: number, toMs: number): readonly ActivityHour[] {
    // As with passages.
    this.#activity ??= this.index.prepare(
      "SELECT * FROM activity WHERE mailbox = ? AND at >= ? AND at < ? ORDER BY at",
    );
    return this.#activity.all(mailbox, fromMs, toMs).map(activityHour);
  }

  /** The content mark under a name. */
  passage(mailbox: number, name: Uint8Array): Uint8Array | undefined {
    // Prepared here: a directory that is only read may be from before this table.
    this.#passage ??= this.index.prepare("SELECT content FROM passage WHERE mailbox = ? AND name = ?");
    const content = this.#passage.get(mailbox, name)?.["content"];
    return content instanceof Uint8Array ? content : undefined;
  }

  /** A directory that is only read may be from before this table. */
  #sourceBits(): string {
    const there = this.index.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'mailbox_source'").get();
    if (there === undefined) return "0 AS sourceBits";
    return "(SELECT sum(1 << s.source) FROM mailbox_source s WHERE s.mailbox = t.mailbox) AS sourceBits";
  }

  close(): void {
    this.index.close();
  }

  /**
   * Twelve octets a message, so that a million of them are 12 MB. SQLite joins a block of rows to one value: a million
   * calls from JavaScript into SQLite would take twice as long.
   */
  #readSnapshot(mailbox: number): Snapshot {
    const gathered = new SnapshotGatherer(Number(this.#expected.get(mailbox)?.["messages"] ?? 0));
    let after = 0;
    for (;;) {
      const row = this.#snapshot.get(mailbox, after, snapshotBlock);
      const block = row?.["messages"];
      if (!(block instanceof Uint8Array)) return gathered.finish();
      gathered.add(block);
      giveBack(block);
      after = Number(row?.["last"]);
    }
  }

  #readLocation(mailbox: number, sequence: number): LocationRow[] {
    const row = this.#location.get(mailbox, sequence);
    if (row === undefined) return [];
    const number = (name: string): number => Number(row[name]);
    return [
      {
        sequence: number("sequence"),
        state: number("state"),
        source: number("source"),
        receivedAtMs: number("receivedAtMs"),
        segment: number("segment"),
        offset: number("offset"),
        sealedBytes: number("sealedBytes"),
        traceBytes: number("traceBytes"),
        contentBytes: number("contentBytes"),
        contentPop3Bytes: number("contentPop3Bytes"),
        deviations: number("deviations"),
        sha256: row["sha256"] instanceof Uint8Array ? row["sha256"] : new Uint8Array(0),
      },
    ];
  }
}

function optionalNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
