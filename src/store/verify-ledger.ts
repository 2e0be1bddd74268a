// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { ledgerGenesis, ledgerHash } from "./ledger.ts";
import type { Finding, VerifiedMailbox, VerifyParts } from "./verify.ts";
import type { ExpectedMessages } from "./verify-arrivals.ts";

/** Rows read at a time, so that no read keeps the write-ahead log from being emptied. */
const blockRows = 5000;

/**
 * Recomputes the chain of one mailbox's ledger. After a break the chain goes on from the hash that is written, so that
 * one changed row is one finding and not all the rest.
 */
export async function* verifyLedger(
  parts: VerifyParts,
  mailbox: VerifiedMailbox,
  expected: ExpectedMessages,
): AsyncGenerator<Finding> {
  let previous: Uint8Array = ledgerGenesis(mailbox.id);
  let position = 0;
  for (;;) {
    const rows = readBlock(parts.index, mailbox.number, position);
    for (const row of rows) {
      const found = Number(row["position"]);
      if (found !== position + 1) {
        yield finding(mailbox, "ledger-gap", `rows ${position + 1} to ${found - 1} are missing`);
      }
      position = found;
      const hash = row["hash"] instanceof Uint8Array ? row["hash"] : new Uint8Array(0);
      if (!ledgerHash(previous, readRow(parts, row)).equals(hash)) {
        yield finding(mailbox, "ledger-changed", `row ${position} is not what was written, or the row before it`);
      }
      previous = hash;
      expected.tell(position, String(row["event"]), row["sequence"]);
    }
    parts.progress.ledgerRows += rows.length;
    parts.report();
    if (rows.length < blockRows) return;
    await setImmediate();
  }
}

function readBlock(index: DatabaseSync, mailbox: number, after: number): readonly Record<string, SQLOutputValue>[] {
  return index
    .prepare("SELECT * FROM ledger WHERE mailbox = ? AND position > ? ORDER BY position LIMIT ?")
    .all(mailbox, after, blockRows);
}

function readRow({ epochs }: VerifyParts, row: Record<string, SQLOutputValue>): Parameters<typeof ledgerHash>[1] {
  const { sequence, sha256, detail, sealed_bytes: sealedBytes } = row;
  return {
    position: Number(row["position"]),
    atMs: Number(row["at"]),
    event: String(row["event"]),
    uniqueId: typeof sequence === "number" ? epochs.uniqueId(sequence) : null,
    sealedBytes: typeof sealedBytes === "number" ? sealedBytes : null,
    sha256: sha256 instanceof Uint8Array ? Buffer.from(sha256).toString("hex") : null,
    detail: typeof detail === "string" ? detail : null,
  };
}

function finding(mailbox: VerifiedMailbox, code: "ledger-gap" | "ledger-changed", text: string): Finding {
  return { severity: "damage", code, mailbox: mailbox.id, uniqueId: undefined, text };
}
