// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import type { LedgerQuery } from "../ledger.ts";
import type { LedgerPart } from "../thread-messages.ts";

/** Rows that are looked through for one event: some tens of milliseconds, in which nobody else is answered. */
const lookedThrough = 50_000;

/** A page of a ledger, the newest row first. The head is that of the same state of the index. */
export function readLedger(index: DatabaseSync, mailbox: number, { limit, before, event }: LedgerQuery): LedgerPart {
  const newest = index
    .prepare("SELECT position, hash FROM ledger WHERE mailbox = ? ORDER BY position DESC LIMIT 1")
    .get(mailbox);
  const hash = newest?.["hash"];
  const head = {
    position: Number(newest?.["position"] ?? 0),
    hash: hash instanceof Uint8Array ? hash : Buffer.alloc(0),
  };
  const below = Math.min(before ?? head.position + 1, head.position + 1);
  const from = event === undefined ? 1 : Math.max(1, below - lookedThrough);
  const rows = index
    .prepare(
      `SELECT position, at, event, sequence, sealed_bytes, lower(hex(sha256)) AS sha256, detail FROM ledger
       WHERE mailbox = ? AND position >= ? AND position < ? AND (? IS NULL OR event = ?)
       ORDER BY position DESC LIMIT ?`,
    )
    .all(mailbox, from, below, event ?? null, event ?? null, limit)
    .map((row) => ({
      position: Number(row["position"]),
      atMs: Number(row["at"]),
      event: String(row["event"]),
      sequence: numberOrNull(row["sequence"]),
      sealedBytes: numberOrNull(row["sealed_bytes"]),
      sha256: textOrNull(row["sha256"]),
      detail: textOrNull(row["detail"]),
    }));
  const seenTo = rows.length === limit ? (rows.at(-1)?.position ?? from) : from;
  return { rows, next: seenTo > 1 ? seenTo : undefined, head };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** `hex` makes an empty text of nothing. */
function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
