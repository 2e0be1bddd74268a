// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { AccountsDatabase } from "./accounts/accounts-database.ts";
import { type AuditBreak, AuditWalk } from "./accounts/audit-walk.ts";
import type { DataDirectory } from "./data-directory.ts";
import { isDamage } from "./lost-index.ts";
import type { Finding } from "./verify.ts";

const nobody = { mailbox: undefined, uniqueId: undefined };

/** SQLite's own check of the accounts, and the chain of the audit trail; as with a ledger, one changed entry is one finding. */
export function* verifyAudit(directory: DataDirectory): Generator<Finding> {
  if (!existsSync(directory.accounts)) return;
  try {
    yield* verifyOpened(directory);
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield damagedAccounts(error.message);
  }
}

function* verifyOpened(directory: DataDirectory): Generator<Finding> {
  const database = AccountsDatabase.openForReading(directory);
  try {
    for (const text of database.problems()) yield damagedAccounts(text);
    const walk = new AuditWalk();
    for (const row of database.audit()) walk.take(row);
    for (const each of walk.breaks) yield brokenTrail(each);
  } finally {
    database.close();
  }
}

function damagedAccounts(text: string): Finding {
  return { severity: "damage", code: "accounts-damaged", ...nobody, text: `accounts.sqlite: ${text}` };
}

function brokenTrail({ kind, first, last, known }: AuditBreak): Finding {
  const severity = known ? "known" : "damage";
  return kind === "missing"
    ? { severity, code: "audit-gap", ...nobody, text: `entries ${first} to ${last} of the audit trail are missing` }
    : {
        severity,
        code: "audit-changed",
        ...nobody,
        text: `entry ${first} of the audit trail is not what was written, or the one before`,
      };
}
