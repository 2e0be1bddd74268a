// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { MailboxId } from "../base/ids.ts";
import type { Epochs } from "./epochs.ts";
import { type LedgerRow, ledgerGenesis, ledgerHash } from "./ledger.ts";

/** Rows read at a time, so that no read keeps the write-ahead log from being emptied. */
export const ledgerBlockRows = 5000;

/** Where the chain does not hold. */
export interface LedgerBreak {
  readonly kind: "changed" | "missing";
  readonly first: number;
  readonly last: number;
  /** How a changed row looks now: were it changed once more, it would be another break. */
  readonly mark: string;
  /** A later `repaired` row tells of it. */
  known: boolean;
}

export interface WalkedRow extends LedgerRow {
  readonly sequence: number | undefined;
}

/**
 * Recomputes the chain of one ledger, row after row. Behind a break it goes on from the hash that is written, so that one
 * changed row is one break and not all the rest.
 */
export class LedgerWalk {
  readonly breaks: LedgerBreak[] = [];
  readonly #epochs: Epochs;
  #previous: Uint8Array;
  #position = 0;

  constructor(mailbox: MailboxId, epochs: Epochs) {
    this.#previous = ledgerGenesis(mailbox);
    this.#epochs = epochs;
  }

  /** Of the newest row. */
  get position(): number {
    return this.#position;
  }

  /** The next row, as the index has it. */
  take(raw: Record<string, SQLOutputValue>): WalkedRow {
    const row = this.#read(raw);
    if (row.position !== this.#position + 1)
      this.breaks.push({
        kind: "missing",
        first: this.#position + 1,
        last: row.position - 1,
        mark: "",
        known: false,
      });
    this.#position = row.position;
    const written = raw["hash"] instanceof Uint8Array ? raw["hash"] : new Uint8Array(0);
    const right = ledgerHash(this.#previous, row);
    if (!right.equals(written)) {
      const mark = hash("sha256", Buffer.concat([right, written])).slice(0, 8);
      this.breaks.push({ kind: "changed", first: row.position, last: row.position, mark, known: false });
    }
    if (row.event === "repaired") this.#learn(row.detail ?? "");
    this.#previous = written;
    return row;
  }

  #learn(detail: string): void {
    const told = new Set(detail.match(/\d+=[0-9a-f]{8}|\d+-\d+/g) ?? []);
    for (const each of this.breaks) if (told.has(describeBreak(each))) each.known = true;
  }

  #read(raw: Record<string, SQLOutputValue>): WalkedRow {
    const { sequence, sha256, detail, sealed_bytes: sealedBytes } = raw;
    const known = typeof sequence === "number" ? sequence : undefined;
    return {
      position: Number(raw["position"]),
      atMs: Number(raw["at"]),
      event: String(raw["event"]),
      sequence: known,
      uniqueId: known === undefined ? null : this.#uniqueId(known),
      sealedBytes: typeof sealedBytes === "number" ? sealedBytes : null,
      sha256: sha256 instanceof Uint8Array ? Buffer.from(sha256).toString("hex") : null,
      detail: typeof detail === "string" ? detail : null,
    };
  }

  /** A row with a sequence number of no epoch was not written like that; it has no place in the chain. */
  #uniqueId(sequence: number): string {
    try {
      return this.#epochs.uniqueId(sequence);
    } catch {
      return "";
    }
  }
}

/** As a `repaired` row names it. */
export function describeBreak({ kind, first, last, mark }: LedgerBreak): string {
  return kind === "changed" ? `${first}=${mark}` : `${first}-${last}`;
}

export function readLedgerBlock(
  index: DatabaseSync,
  mailbox: number,
  after: number,
): readonly Record<string, SQLOutputValue>[] {
  return index
    .prepare("SELECT * FROM ledger WHERE mailbox = ? AND position > ? ORDER BY position LIMIT ?")
    .all(mailbox, after, ledgerBlockRows);
}
