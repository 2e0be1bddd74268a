// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import { isLocked } from "./lock.ts";
import { describeLogDamage, isDamage } from "./lost-index.ts";
import type { Finding, VerifyParts } from "./verify.ts";

const mostProblems = 20;

/** The log while nobody writes to it, and SQLite's own check of the index: its pages and their orders. */
export function* verifyIndex({ index, directory }: Pick<VerifyParts, "index" | "directory">): Generator<Finding> {
  const logDamage = isLocked(directory) ? undefined : describeLogDamage(directory);
  if (logDamage !== undefined) yield damagedIndex(logDamage);
  for (const row of index.prepare(`PRAGMA integrity_check(${mostProblems})`).all()) {
    const text = String(row["integrity_check"]);
    if (text !== "ok") yield damagedIndex(text);
  }
}

/** Rows of mailboxes that the registry does not know. */
export function* verifyOwners({ index }: Pick<VerifyParts, "index">): Generator<Finding> {
  for (const table of ["message", "addendum", "ledger"]) {
    const rows = index
      .prepare(
        `SELECT mailbox, count(*) AS count FROM ${table} WHERE mailbox NOT IN (SELECT number FROM mailbox) GROUP BY 1`,
      )
      .all();
    for (const { mailbox, count } of rows) {
      const text = `${String(count)} rows of table ${table} belong to a mailbox ${String(mailbox)} that is not there`;
      yield { severity: "damage", code: "mailbox-missing", mailbox: undefined, uniqueId: undefined, text };
    }
  }
}

/** Hands on what `check` finds; a part of the index that cannot be read is one finding, and ends this check alone. */
export async function* despiteDamage(
  of: string,
  check: AsyncIterable<Finding> | Iterable<Finding>,
): AsyncGenerator<Finding> {
  try {
    yield* check;
  } catch (error) {
    const broken = isDamage(error) || error instanceof RangeError || error instanceof PosternError;
    if (!broken) throw error;
    yield damagedIndex(`${of} cannot be read: ${error.message}`);
  }
}

function damagedIndex(text: string): Finding {
  return { severity: "damage", code: "index-damaged", mailbox: undefined, uniqueId: undefined, text };
}
