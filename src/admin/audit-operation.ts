// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import type { AuditQuery, AuditRow } from "../store/accounts/contract.ts";
import { operation } from "./operation.ts";

const part = z.string().min(1).max(100);

/** Which entries; all that are given must fit. */
export const auditFilter = z.strictObject({
  /** Part of it, whatever the letter case. */
  actor: part.optional(),
  subject: part.optional(),
  /** How it begins: `mailbox.` are all that was done to mailboxes. */
  action: part.optional(),
  /** From this moment on, and up to that one. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

const auditPage = auditFilter.extend({
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
export const auditList = z.object({
  entries: z.array(auditEntry).readonly(),
  next: z.number().nullable(),
  /** The end of the whole chain, whatever was asked for. Position 0: nothing was written yet. */
  head: z.object({ position: z.number(), hash: z.string() }),
});

export const listAudit = operation({
  input: auditPage,
  output: auditList,
  async run({ audit }, { before, limit, ...filter }) {
    const { rows, head } = await audit.read({ first: "newest", limit, before, ...auditConditions(filter) });
    const last = rows.at(-1)?.position ?? 1;
    return { entries: rows.map(viewOf), next: rows.length === limit && last > 1 ? last : null, head };
  },
});

/** A filter as the store takes it. */
export function auditConditions({
  from,
  to,
  ...texts
}: z.output<typeof auditFilter>): Omit<AuditQuery, "first" | "limit"> {
  return { ...texts, fromMs: msOf(from), toMs: msOf(to) };
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

function viewOf({ atMs, before, after, ...row }: AuditRow): z.output<typeof auditEntry> {
  return { ...row, at: new Date(atMs).toISOString(), before: sideOf(before), after: sideOf(after) };
}

function sideOf(text: string | null): z.output<typeof side> {
  return text === null ? null : side.parse(JSON.parse(text));
}
