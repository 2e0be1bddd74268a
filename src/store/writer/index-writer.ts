// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Addendum, MessageState } from "../contract.ts";
import { noSegment } from "../data-directory.ts";
import type { Epoch, Epochs } from "../epochs.ts";
import type { LedgerEvent } from "../ledger.ts";
import { addendumEvents } from "../ledger.ts";
import { keyMarkSql } from "../mailbox-rows.ts";
import { recordHeaderBytes } from "../record.ts";
import { stateCodes } from "../schema.ts";
import type { DepositRequest } from "../thread-messages.ts";
import { Activity } from "./activity.ts";
import { LedgerWriter } from "./ledger-writer.ts";
import { Passages } from "./passages.ts";
import { SegmentAccounts } from "./segment-accounts.ts";
import { Tallies } from "./tallies.ts";

/** Where the sealed bytes of a message lie: a record in a segment, or a file of its own (`segment` 0). */
export interface Place {
  readonly segment: number;
  readonly offset: number;
}

export interface RemovedMessage {
  readonly sequence: number;
  readonly segment: number;
}

/**
 * The rows of messages and what is kept beside them: ledger, tallies, accounts of segments. Everything here happens
 * within one transaction of the caller, and everything remembered is read again from the index after a failed one,
 * because the caller makes a new `IndexWriter` then.
 */
export class IndexWriter {
  readonly ledger: LedgerWriter;
  readonly tallies: Tallies;
  readonly activity: Activity;
  readonly segments: SegmentAccounts;
  readonly passages: Passages;
  readonly #epoch: Epoch;
  readonly #statements: Statements;
  /** Of mailboxes that got mail, until they change: asking the index for each message costs as much as its row. */
  readonly #keyMarks = new Map<number, string | undefined>();
  #lastSequence = 0;

  constructor(index: DatabaseSync, epochs: Epochs, epoch: Epoch) {
    this.ledger = new LedgerWriter(index, epochs);
    this.tallies = new Tallies(index);
    this.activity = new Activity(index);
    this.segments = new SegmentAccounts(index);
    this.passages = new Passages(index);
    this.#epoch = epoch;
    this.#statements = prepareStatements(index);
  }

  /** A visible message of the mailbox with the same fingerprint, received after `sinceMs`. */
  findRepeated(mailbox: number, fingerprint: Buffer, sinceMs: number): number | undefined {
    const sequence = this.#statements.findFingerprint.get(mailbox, fingerprint, sinceMs)?.["sequence"];
    return typeof sequence === "number" ? sequence : undefined;
  }

  /** The mark of the key that messages must be sealed to; `undefined` when the mailbox was removed. */
  keyMark(mailbox: number): string | undefined {
    if (this.#keyMarks.has(mailbox)) return this.#keyMarks.get(mailbox);
    const mark = this.#statements.keyMark.get(mailbox)?.["mark"];
    const known = typeof mark === "string" ? mark : undefined;
    this.#keyMarks.set(mailbox, known);
    return known;
  }

  /** A mailbox changed: what was remembered of it is read again. */
  mailboxChanged(mailbox: number): void {
    this.#keyMarks.delete(mailbox);
  }

  /** Returns the ledger position. */
  addMessage(request: DepositRequest, place: Place, sha256: Buffer): number {
    const { mailbox, sequence, sealedBytes, receivedAtMs } = request;
    const visible = request.step === "commit";
    const event = visible ? "accepted" : "offered";
    const position = this.ledger.append(mailbox, { atMs: request.atMs, event, sequence, sealedBytes, sha256 });
    this.#statements.insertMessage.run(
      mailbox,
      sequence,
      visible ? stateCodes.accepted : stateCodes.offered,
      request.source,
      receivedAtMs,
      place.segment,
      place.offset,
      sealedBytes,
      request.traceBytes,
      request.contentBytes,
      request.contentPop3Bytes,
      request.deviations,
      position,
      request.fingerprint === undefined ? null : Buffer.from(request.fingerprint, "hex"),
    );
    if (place.segment !== noSegment) this.segments.written(place.segment, recordHeaderBytes + sealedBytes);
    if (request.passage !== undefined) this.passages.keep(mailbox, request.passage);
    this.activity.came(mailbox, request.source);
    if (visible) this.#arrived(mailbox, { atMs: request.atMs, sealedBytes, receivedAtMs });
    if (sequence > this.#lastSequence) this.#lastSequence = sequence;
    return position;
  }

  /** Makes an offered message visible. Tells whether it was there. */
  settle(
    message: MessageKey,
    outcome: Exclude<MessageState, "offered">,
    entry: { atMs: number; detail?: string },
  ): boolean {
    const row = this.#statements.settle.get(stateCodes[outcome], message.mailbox, message.sequence);
    if (row === undefined) return false;
    this.ledger.append(message.mailbox, { ...entry, event: outcome, sequence: message.sequence });
    const [sealedBytes, receivedAtMs] = [Number(row["sealed_bytes"]), Number(row["received_at"])];
    this.#arrived(message.mailbox, { atMs: entry.atMs, sealedBytes, receivedAtMs });
    return true;
  }

  /** Keeps an addendum; only its ledger row when the message is no longer there. Returns the ledger position. */
  addAddendum(message: MessageKey, addendum: Addendum, sha256: Buffer): number {
    const { mailbox, sequence } = message;
    const position = this.ledger.append(mailbox, {
      atMs: addendum.atMs,
      event: addendumEvents[addendum.kind],
      sequence,
      sealedBytes: addendum.sealed.length,
      sha256,
    });
    const { kind, atMs, sealed } = addendum;
    this.#statements.insertAddendum.run(
      mailbox,
      sequence,
      mailbox,
      sequence,
      kind,
      atMs,
      position,
      sealed,
      mailbox,
      sequence,
    );
    return position;
  }

  /** Removes a message with its addenda. `undefined` when it is not there (or not *offered*, when only that is wanted). */
  removeMessage(
    message: MessageKey,
    entry: { atMs: number; event: LedgerEvent; detail?: string },
  ): RemovedMessage | undefined {
    const { mailbox, sequence } = message;
    const only = entry.event === "withdrawn" ? stateCodes.offered : null;
    const row = this.#statements.removeMessage.get(mailbox, sequence, only, only);
    if (row === undefined) return undefined;
    const sealedBytes = Number(row["sealed_bytes"]);
    const segment = Number(row["segment"]);
    this.#statements.removeAddenda.run(mailbox, sequence);
    this.ledger.append(mailbox, { ...entry, sequence, sealedBytes });
    if (row["state"] !== stateCodes.offered) {
      this.tallies.removed(mailbox, sealedBytes);
      this.activity.count(mailbox, entry.atMs, "removed");
    }
    if (segment !== noSegment) this.segments.released(segment, recordHeaderBytes + sealedBytes);
    return { sequence, segment };
  }

  /** Points a message to the copy of its record. A message removed meanwhile leaves the copy unwanted. */
  moveMessage(message: MessageKey, move: { from: Place; to: Place; recordBytes: number }): void {
    const { from, to, recordBytes } = move;
    this.segments.written(to.segment, recordBytes);
    const { changes } = this.#statements.moveMessage.run(
      to.segment,
      to.offset,
      message.mailbox,
      message.sequence,
      from.segment,
      from.offset,
    );
    this.segments.released(Number(changes) === 1 ? from.segment : to.segment, recordBytes);
  }

  /** The first `limit` messages of a mailbox, offered ones too. */
  firstSequences(mailbox: number, limit: number): number[] {
    return this.#statements.firstSequences.all(mailbox, limit).map((row) => Number(row["sequence"]));
  }

  #arrived(mailbox: number, message: { atMs: number; sealedBytes: number; receivedAtMs: number }): void {
    const { atMs, sealedBytes, receivedAtMs } = message;
    this.tallies.arrived(mailbox, sealedBytes, receivedAtMs);
    this.activity.received(mailbox, atMs, sealedBytes);
  }

  /** Writes what was gathered in memory. The last thing before COMMIT. */
  flush(): void {
    this.tallies.flush();
    this.activity.flush();
    this.segments.flush();
    if (this.#lastSequence > 0) {
      const { name, firstSequence, startedAtMs } = this.#epoch;
      this.#statements.touchEpoch.run(name, firstSequence, this.#lastSequence, startedAtMs);
      this.#lastSequence = 0;
    }
  }
}

export interface MessageKey {
  readonly mailbox: number;
  readonly sequence: number;
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(index: DatabaseSync) {
  const prepare = (sql: string): StatementSync => index.prepare(sql);
  return {
    findFingerprint: prepare(
      // Named, because without statistics the planner would walk the whole mailbox by its primary key instead.
      `SELECT sequence FROM message INDEXED BY message_fingerprint
       WHERE mailbox = ? AND fingerprint = ? AND received_at > ? AND state > 0 LIMIT 1`,
    ),
    keyMark: prepare(keyMarkSql),
    insertMessage: prepare("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    settle: prepare(
      `UPDATE message SET state = ? WHERE mailbox = ? AND sequence = ? AND state = 0 RETURNING sealed_bytes, received_at`,
    ),
    insertAddendum: prepare(
      `INSERT INTO addendum SELECT ?, ?,
         (SELECT coalesce(max(number), 0) + 1 FROM addendum WHERE mailbox = ? AND sequence = ?), ?, ?, ?, ?
       WHERE EXISTS (SELECT 1 FROM message WHERE mailbox = ? AND sequence = ?)`,
    ),
    removeMessage: prepare(
      `DELETE FROM message WHERE mailbox = ? AND sequence = ? AND (? IS NULL OR state = ?)
       RETURNING state, segment, sealed_bytes`,
    ),
    removeAddenda: prepare("DELETE FROM addendum WHERE mailbox = ? AND sequence = ?"),
    moveMessage: prepare(
      `UPDATE message SET segment = ?, offset = ? WHERE mailbox = ? AND sequence = ? AND segment = ? AND offset = ?`,
    ),
    firstSequences: prepare("SELECT sequence FROM message WHERE mailbox = ? ORDER BY sequence LIMIT ?"),
    touchEpoch: prepare(
      `INSERT INTO epoch VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET last_sequence = max(last_sequence, excluded.last_sequence)`,
    ),
  };
}
