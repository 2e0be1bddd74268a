// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import type { Epochs } from "../epochs.ts";
import { type LedgerBreak, LedgerWalk, ledgerBlockRows, readLedgerBlock, type WalkedRow } from "../ledger-walk.ts";
import { stateCodes } from "../schema.ts";
import type { RepairedMailbox } from "./parts.ts";

/** What a ledger says of one message that must be there. */
export interface Arrival {
  readonly position: number;
  readonly sha256: string;
  readonly sealedBytes: number;
  /** `undefined`: it does not say. */
  readonly state: number | undefined;
  readonly atMs: number;
}

/** One ledger, read to its end. */
export interface LedgerFacts {
  /** By sequence number: what came and was not removed, as far as rows tell that are what was written. */
  readonly arrivals: Map<number, Arrival>;
  /** Addenda and what was said of them, by ledger position. */
  readonly digests: ReadonlyMap<number, string>;
  /** Messages that an earlier repair gave up: what they were, should they be found again. */
  readonly lost: ReadonlyMap<number, Arrival>;
  /** Breaks that no `repaired` row tells of. */
  readonly breaks: readonly LedgerBreak[];
  /** Rows are missing, or other tables name rows behind its end: what it does not say may have happened all the same. */
  readonly incomplete: boolean;
}

/** `met` hears of every sequence number that the ledger names in a row that is what was written. */
export function readLedgerFacts(
  index: DatabaseSync,
  mailbox: RepairedMailbox,
  epochs: Epochs,
  met: (sequence: number) => void,
): LedgerFacts {
  const walk = new LedgerWalk(mailbox.id, epochs);
  const gathered = new Gathered();
  for (;;) {
    const rows = readLedgerBlock(index, mailbox.number, walk.position);
    for (const raw of rows) {
      const breaksBefore = walk.breaks.length;
      const row = walk.take(raw);
      const sound = walk.breaks.slice(breaksBefore).every(({ kind }) => kind === "missing");
      if (row.sequence !== undefined && sound) met(row.sequence);
      gathered.take(row, sound);
    }
    if (rows.length < ledgerBlockRows) break;
  }
  const { arrivals, digests, lost } = gathered;
  const breaks = walk.breaks.filter(({ known }) => !known);
  const incomplete =
    walk.breaks.some(({ kind }) => kind === "missing") || lastNamed(index, mailbox.number) > walk.position;
  return { arrivals, digests, lost, breaks, incomplete };
}

/** The highest ledger position that a message or an addendum names. */
function lastNamed(index: DatabaseSync, mailbox: number): number {
  const row = index
    .prepare(
      `SELECT max(coalesce((SELECT max(ledger_position) FROM message WHERE mailbox = ?1), 0),
         coalesce((SELECT max(ledger_position) FROM addendum WHERE mailbox = ?1), 0)) AS last`,
    )
    .get(mailbox);
  return Number(row?.["last"]);
}

class Gathered {
  readonly arrivals = new Map<number, Arrival>();
  readonly digests = new Map<number, string>();
  readonly lost = new Map<number, Arrival>();
  /** All that came: a message that was given up is known again by what it was. */
  readonly #came = new Map<number, Arrival>();

  /** `sound`: the row is what was written. */
  take({ position, event, sequence, sha256, sealedBytes, atMs }: WalkedRow, sound: boolean): void {
    if (sequence === undefined) return;
    switch (event) {
      case "accepted":
      case "offered":
      case "unknown":
      case "recovered":
        this.#arrived(sequence, { position, sha256, sealedBytes, atMs, state: stateOf(event) }, sound);
        return;
      case "receipt-added":
      case "verdict-added":
        if (sha256 !== null && sound) this.digests.set(position, sha256);
        return;
      case "damaged": {
        const was = this.#came.get(sequence);
        if (was !== undefined) this.lost.set(sequence, was);
        this.#forget(sequence);
        return;
      }
      case "removed":
      case "withdrawn":
        this.lost.delete(sequence);
        this.#forget(sequence);
    }
  }

  #arrived(
    sequence: number,
    row: {
      position: number;
      sha256: string | null;
      sealedBytes: number | null;
      atMs: number;
      state: number | undefined;
    },
    sound: boolean,
  ): void {
    const { position, sha256, sealedBytes, atMs, state } = row;
    const before = this.#came.get(sequence);
    // The verdict on an offered message has no digest: the row of its arrival has.
    const arrival =
      sha256 !== null && sealedBytes !== null
        ? { position, sha256, sealedBytes, atMs, state }
        : before === undefined
          ? undefined
          : { ...before, state };
    if (arrival === undefined || !sound) return;
    this.#came.set(sequence, arrival);
    this.arrivals.set(sequence, arrival);
    this.lost.delete(sequence);
  }

  #forget(sequence: number): void {
    this.arrivals.delete(sequence);
  }
}

function stateOf(event: "accepted" | "offered" | "unknown" | "recovered"): number | undefined {
  return event === "recovered" ? undefined : stateCodes[event];
}
