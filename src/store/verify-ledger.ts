// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from "node:timers/promises";
import { type LedgerBreak, LedgerWalk, ledgerBlockRows, readLedgerBlock, type WalkedRow } from "./ledger-walk.ts";
import type { Finding, VerifiedMailbox, VerifyParts } from "./verify.ts";
import type { ExpectedMessages } from "./verify-arrivals.ts";

/**
 * Recomputes the chain of one mailbox's ledger. What a repair found and wrote down, a break or a message that was lost,
 * is told as known damage.
 */
export async function* verifyLedger(
  parts: VerifyParts,
  mailbox: VerifiedMailbox,
  expected: ExpectedMessages,
): AsyncGenerator<Finding> {
  const walk = new LedgerWalk(mailbox.id, parts.epochs);
  for (;;) {
    const rows = readLedgerBlock(parts.index, mailbox.number, walk.position);
    for (const raw of rows) {
      const row = walk.take(raw);
      expected.tell(row.position, row.event, row.sequence);
      yield* toldByRepair(mailbox, row);
    }
    parts.progress.ledgerRows += rows.length;
    parts.report();
    if (rows.length < ledgerBlockRows) break;
    await setImmediate();
  }
  for (const each of walk.breaks) yield brokenChain(mailbox, each);
}

function* toldByRepair({ id }: VerifiedMailbox, { event, uniqueId, detail }: WalkedRow): Generator<Finding> {
  const lost = event === "damaged" || (event === "repaired" && uniqueId !== null);
  if (!lost) return;
  const text = detail ?? "a repair could not save it";
  yield { severity: "known", code: "known-damage", mailbox: id, uniqueId: uniqueId ?? undefined, text };
}

function brokenChain({ id }: VerifiedMailbox, { kind, first, last, known }: LedgerBreak): Finding {
  const severity = known ? "known" : "damage";
  const about = { severity, mailbox: id, uniqueId: undefined } as const;
  if (kind === "missing") return { ...about, code: "ledger-gap", text: `rows ${first} to ${last} are missing` };
  const text = `row ${first} is not what was written, or the row before it`;
  return { ...about, code: "ledger-changed", text };
}
