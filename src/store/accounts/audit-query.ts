// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import { auditGenesis } from "./audit-chain.ts";
import type { AuditPage, AuditQuery } from "./contract.ts";
import { auditOf, bytes } from "./rows.ts";

/** One page of the trail and its head, as of one moment. */
export function readAudit(file: DatabaseSync, query: AuditQuery): AuditPage {
  const { before, after, actor, subject, action, fromMs, toMs } = query;
  const conditions = [
    ["position < ?", before],
    ["position > ?", after],
    ["at >= ?", fromMs],
    ["at <= ?", toMs],
    ["instr(lower(actor), lower(?)) > 0", actor],
    ["instr(lower(subject), lower(?)) > 0", subject],
    ["instr(action, ?) = 1", action],
  ] as const;
  const wanted = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  const where = wanted.length === 0 ? "" : `WHERE ${wanted.map(({ sql }) => sql).join(" AND ")}`;
  const order = query.first === "newest" ? "DESC" : "ASC";
  const rows = file
    .prepare(`SELECT * FROM audit ${where} ORDER BY position ${order} LIMIT ?`)
    .all(...wanted.map(({ value }) => value), query.limit);
  const last = file.prepare("SELECT position, hash FROM audit ORDER BY position DESC LIMIT 1").get();
  const head = { position: Number(last?.["position"] ?? 0), hash: hex(last) };
  return { rows: rows.map(auditOf), head };
}

function hex(last: Readonly<Record<string, unknown>> | undefined): string {
  return Buffer.from(last === undefined ? auditGenesis() : bytes(last, "hash")).toString("hex");
}
