// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import type { Addendum } from "./contract.ts";

/** What a ledger row can say; `docs/formats/ledger.md` explains each. */
export const ledgerEvents = [
  "created",
  "changed",
  "activated",
  "suspended",
  "key-changed",
  "password-changed",
  "mailbox-removed",
  "accepted",
  "offered",
  "unknown",
  "withdrawn",
  "receipt-added",
  "verdict-added",
  "refused",
  "pulled",
  "removed",
  "damaged",
  "recovered",
  "repaired",
] as const;
export type LedgerEvent = (typeof ledgerEvents)[number];

export const addendumEvents = { receipt: "receipt-added", verdict: "verdict-added" } as const satisfies Record<
  Addendum["kind"],
  LedgerEvent
>;

export interface LedgerRow {
  readonly position: number;
  readonly atMs: number;
  readonly event: string;
  readonly uniqueId: UniqueId | null;
  readonly sealedBytes: number | null;
  /** Lower-case hex. */
  readonly sha256: string | null;
  readonly detail: string | null;
}

/** A part of a ledger, the newest row first. */
export interface LedgerPage {
  readonly rows: readonly LedgerRow[];
  /** To go on below: the rows before this position. */
  readonly next: number | undefined;
  readonly head: { readonly position: number; readonly hash: Uint8Array };
}

export interface LedgerQuery {
  readonly limit: number;
  readonly before?: number | undefined;
  readonly event?: LedgerEvent | undefined;
}

/** What the first row of a mailbox's ledger is chained to. */
export function ledgerGenesis(mailbox: MailboxId): Buffer {
  return hash("sha256", `postern ledger 1\n${mailbox}`, "buffer");
}

/** SHA-256 over the hash before, then the row as a JSON array without white space, in UTF-8. */
export function ledgerHash(previous: Uint8Array, row: LedgerRow): Buffer {
  const text = canonicalRow(row);
  const input = Buffer.allocUnsafe(previous.length + Buffer.byteLength(text));
  input.set(previous);
  input.write(text, previous.length, "utf8");
  return hash("sha256", input, "buffer");
}

function canonicalRow(row: LedgerRow): string {
  return JSON.stringify([row.position, row.atMs, row.event, row.uniqueId, row.sealedBytes, row.sha256, row.detail]);
}
