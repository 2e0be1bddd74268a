// SPDX-License-Identifier: Apache-2.0
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";

export interface SalvagedTable {
  readonly table: string;
  readonly rows: number;
}

/**
 * Copies the rows of a damaged database that can be read into one of the same tables: each table from its start until
 * SQLite finds something damaged, and from its end backwards until then. What lies between two damaged places is lost.
 */
export function salvage(path: string, into: DatabaseSync): readonly SalvagedTable[] {
  const from = new DatabaseSync(path);
  try {
    // What is damaged must not keep what is not from being read.
    return tableNames(into).map((table) => ({ table, rows: salvageTable(from, into, table) }));
  } finally {
    from.close();
  }
}

function tableNames(database: DatabaseSync): readonly string[] {
  const rows = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all();
  return rows.map((row) => String(row["name"]));
}

function salvageTable(from: DatabaseSync, into: DatabaseSync, table: string): number {
  const columns = into.prepare(`PRAGMA table_info(${table})`).all();
  const names = columns.map((column) => String(column["name"]));
  const keys = columns
    .filter((column) => Number(column["pk"]) > 0)
    .toSorted((a, b) => Number(a["pk"]) - Number(b["pk"]));
  const order = keys.map((column) => String(column["name"]));
  const insert = into.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${names.map(() => "?").join(", ")})`);
  into.exec("BEGIN");
  const wholly = copyRows(from, `SELECT ${names.join(", ")} FROM ${table} ORDER BY ${order.join(", ")}`, {
    insert,
    names,
  });
  if (!wholly) {
    const backwards = order.map((name) => `${name} DESC`).join(", ");
    copyRows(from, `SELECT ${names.join(", ")} FROM ${table} ORDER BY ${backwards}`, { insert, names });
  }
  into.exec("COMMIT");
  return Number(into.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"]);
}

/** Copies until the end, or until something cannot be read. Tells which. */
function copyRows(
  from: DatabaseSync,
  sql: string,
  to: { readonly insert: StatementSync; readonly names: readonly string[] },
): boolean {
  try {
    for (const row of from.prepare(sql).iterate()) copyRow(row, to);
    return true;
  } catch {
    return false;
  }
}

function copyRow(
  row: Record<string, SQLOutputValue>,
  { insert, names }: { readonly insert: StatementSync; readonly names: readonly string[] },
): void {
  const values = names.map((name): SQLInputValue => row[name] ?? null);
  try {
    insert.run(...values);
  } catch {
    // Not a row that the table can hold: what it was is lost.
  }
}
