// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { AccountsDatabase } from "./accounts/accounts-database.ts";
import { auditGenesis, auditHash } from "./accounts/audit-chain.ts";
import type { DataDirectory } from "./data-directory.ts";
import type { Finding } from "./verify.ts";

/** Recomputes the chain of the audit trail; as with a ledger, one changed entry is one finding. */
export function* verifyAudit(directory: DataDirectory): Generator<Finding> {
  if (!existsSync(directory.accounts)) return;
  const database = AccountsDatabase.openForReading(directory);
  try {
    let previous: Uint8Array = auditGenesis();
    let position = 0;
    for (const row of database.audit()) {
      if (row.position !== position + 1) {
        yield finding("audit-gap", `entries ${position + 1} to ${row.position - 1} of the audit trail are missing`);
      }
      position = row.position;
      const written = Buffer.from(row.hash, "hex");
      if (!auditHash(previous, position, row).equals(written)) {
        yield finding(
          "audit-changed",
          `entry ${position} of the audit trail is not what was written, or the one before`,
        );
      }
      previous = written;
    }
  } finally {
    database.close();
  }
}

function finding(code: "audit-gap" | "audit-changed", text: string): Finding {
  return { severity: "damage", code, mailbox: undefined, uniqueId: undefined, text };
}
