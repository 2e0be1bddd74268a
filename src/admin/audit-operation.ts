// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import type { AuditRow } from "../store/accounts/contract.ts";
import { operation } from "./operation.ts";

const auditPage = z.strictObject({
  /** Entries below this position; without it the newest. */
  before: z.int().min(1).optional(),
  limit: z.int().min(1).max(200).default(50),
});

/** A JSON object as it stood there, or `null`. */
const side = z.record(z.string(), z.unknown()).nullable();

export const auditEntry = z.object({
  position: z.number(),
  at: z.string(),
  actor: z.string(),
  origin: z.string(),
  action: z.string(),
  subject: z.string(),
  before: side,
  after: side,
  hash: z.string(),
});

/** `next`: what to give as `before` for the page behind; `null` at the end. */
export const auditList = z.object({ entries: z.array(auditEntry).readonly(), next: z.number().nullable() });

export const listAudit = operation({
  input: auditPage,
  output: auditList,
  async run({ audit }, { before, limit }) {
    const rows = await audit.before(before ?? Number.MAX_SAFE_INTEGER, limit);
    const last = rows.at(-1)?.position ?? 1;
    return { entries: rows.map(viewOf), next: rows.length === limit && last > 1 ? last : null };
  },
});

function viewOf({ atMs, before, after, ...row }: AuditRow): z.output<typeof auditEntry> {
  return { ...row, at: new Date(atMs).toISOString(), before: sideOf(before), after: sideOf(after) };
}

function sideOf(text: string | null): z.output<typeof side> {
  return text === null ? null : side.parse(JSON.parse(text));
}
