// SPDX-License-Identifier: Apache-2.0
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AccountsDatabase } from "../accounts/accounts-database.ts";
import { type AuditBreak, AuditWalk } from "../accounts/audit-walk.ts";
import type { DataDirectory } from "../data-directory.ts";
import { isDamage, repairFolder } from "../lost-index.ts";
import type { RepairLog } from "./report.ts";
import { salvage } from "./salvage.ts";

/** What a repair of the accounts wants to do once everything is decided. */
export interface AccountsRepair {
  /** Breaks of the trail that no entry tells of yet. */
  readonly breaks: readonly AuditBreak[];
  carryOut(keep: string): void;
}

/** Looks at the file of administrators and audit trail; works on a copy of it when it is damaged. */
export function planAccountsRepair(directory: DataDirectory, log: RepairLog): AccountsRepair {
  if (!existsSync(directory.accounts)) return { breaks: [], carryOut: () => undefined };
  const problem = firstProblem(directory.accounts);
  const made = join(repairFolder(directory), "accounts.sqlite");
  if (problem !== undefined) {
    AccountsDatabase.openForWriting({ ...directory, accounts: made }).close();
    const into = new DatabaseSync(made);
    try {
      const saved = salvage(directory.accounts, into);
      const counts = saved.map(({ table, rows }) => `${rows} of ${table}`).join(", ");
      log.add("accounts-rebuilt", `accounts.sqlite was made anew (${problem}); rows that could be read: ${counts}`);
    } finally {
      into.close();
    }
  }
  const breaks = readBreaks({ ...directory, accounts: problem === undefined ? directory.accounts : made });
  if (breaks.length > 0)
    log.add("audit-closed", `the audit trail is broken at ${breaks.length} places; an entry tells of them`);
  return {
    breaks,
    carryOut: (keep) => {
      if (problem !== undefined) replace(directory.accounts, made, keep);
    },
  };
}

function readBreaks(directory: DataDirectory): readonly AuditBreak[] {
  const database = AccountsDatabase.openForReading(directory);
  try {
    const walk = new AuditWalk();
    for (const row of database.audit()) walk.take(row);
    return walk.breaks.filter(({ known }) => !known);
  } finally {
    database.close();
  }
}

function replace(path: string, made: string, keep: string): void {
  mkdirSync(keep, { recursive: true, mode: 0o700 });
  for (const suffix of ["", "-wal"])
    if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, join(keep, `accounts.sqlite${suffix}`));
  // The passwords of administrators come back with them; what is lost by a crash just here is the log of the old file.
  for (const suffix of ["-shm", "-wal"]) rmSync(`${path}${suffix}`, { force: true });
  renameSync(made, path);
}

function firstProblem(path: string): string | undefined {
  try {
    const file = new DatabaseSync(path, { readOnly: true });
    try {
      const text = String(file.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"]);
      return text === "ok" ? undefined : text.split("\n").join(" ");
    } finally {
      file.close();
    }
  } catch (error) {
    if (isDamage(error)) return error.message;
    throw error;
  }
}
