// SPDX-License-Identifier: Apache-2.0
import { Readable } from "node:stream";
import { limits } from "../../base/limits.ts";
import type { AuditQuery, AuditRow } from "../../store/accounts/contract.ts";
import type { AuditTrail } from "../audit-trail.ts";

export type AuditFormat = "csv" | "jsonl";

export const auditMediaTypes: Readonly<Record<AuditFormat, string>> = {
  csv: "text/csv; charset=utf-8; header=present",
  jsonl: "application/jsonl; charset=utf-8",
};

export interface AuditExportOptions {
  readonly format: AuditFormat;
  readonly conditions: Omit<AuditQuery, "first" | "limit">;
  /** Asked before each page: a sign-in that was ended, or a token that was revoked, gets no more. */
  readonly stillValid: () => boolean;
}

/**
 * The trail from its first entry on, page by page as the reader takes it: however long it is, one page is in memory. Whole:
 * every entry that was there when the last page was read. The stream breaks off, which its reader sees, when it may not go on.
 */
export function auditExport(audit: Pick<AuditTrail, "read">, options: AuditExportOptions): Readable {
  return Readable.from(pages(audit, options), { objectMode: false });
}

async function* pages(
  audit: Pick<AuditTrail, "read">,
  { format, conditions, stillValid }: AuditExportOptions,
): AsyncGenerator<Buffer> {
  if (format === "csv") yield Buffer.from(`${columns.join(",")}\r\n`);
  const write = format === "csv" ? csvLine : jsonLine;
  let after = 0;
  for (;;) {
    if (!stillValid()) throw new Error("the reader may not go on");
    const limit = limits.auditExportPage;
    const { rows } = await audit.read({ ...conditions, first: "oldest", limit, after });
    if (rows.length > 0) yield Buffer.from(rows.map(write).join(""));
    after = rows.at(-1)?.position ?? after;
    if (rows.length < limit) return;
  }
}

const columns = ["position", "at", "time", "actor", "origin", "action", "subject", "before", "after", "hash"] as const;

/** What the chain is made over stands in it as it is: milliseconds, and the JSON texts of both sides. */
function cells({ atMs, ...row }: AuditRow): Readonly<Record<(typeof columns)[number], string | number | null>> {
  return { ...row, at: atMs, time: new Date(atMs).toISOString() };
}

function jsonLine(row: AuditRow): string {
  const values = cells(row);
  return `${JSON.stringify(Object.fromEntries(columns.map((column) => [column, values[column]])))}\n`;
}

function csvLine(row: AuditRow): string {
  const values = cells(row);
  return `${columns.map((column) => csvCell(values[column])).join(",")}\r\n`;
}

/**
 * RFC 4180 §2. Names come from people: a cell that a spreadsheet would take for a formula gets an apostrophe before it, and
 * so does one that has an apostrophe there already, so that taking one away always gives the text back. `null` is an empty
 * cell, an empty text a quoted one.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r\n']/.test(value) ? `'${value}` : value;
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
