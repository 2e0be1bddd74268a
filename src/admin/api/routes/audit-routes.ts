// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { auditConditions, auditFilter, auditList } from "../../audit-operation.ts";
import type { AuditTrail } from "../../audit-trail.ts";
import { auditExport, auditMediaTypes } from "../audit-export.ts";
import { type Route, route } from "../route.ts";

/** What was changed by whom: in pages, and whole. */
export function auditRoutes(audit: Pick<AuditTrail, "read">): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/audit",
      access: "audit:read",
      name: "readAudit",
      summary: "The audit trail, newest first, in pages; with its head, to be kept elsewhere",
      query: auditFilter.extend({
        before: z.coerce.number().int().min(1).optional(),
        limit: z.coerce.number().int().min(1).max(200).optional(),
      }),
      answer: auditList,
      run: async ({ run, query }) => ({ body: await run("audit.list", query) }),
    }),
    route({
      method: "GET",
      path: "/audit/export",
      access: "audit:read",
      name: "exportAudit",
      summary: "The audit trail, oldest first, as CSV or JSON Lines; without a filter its chain can be recomputed",
      query: auditFilter.extend({ format: z.enum(["csv", "jsonl"]) }),
      answer: { mediaType: "*/*" },
      async run({ query: { format, ...filter }, caller }) {
        const { stillValid } = caller();
        const stream = auditExport(audit, { format, conditions: auditConditions(filter), stillValid });
        const name = `postern-audit.${format}`;
        return {
          stream,
          headers: {
            "content-type": auditMediaTypes[format],
            "content-disposition": `attachment; filename="${name}"`,
          },
        };
      },
    }),
  ];
}
