// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import * as shapes from "../../traffic-operations.ts";
import { type Route, route } from "../route.ts";

const oneMailbox = z.strictObject({ id: z.string() });
const page = {
  limit: z.coerce.number().int().min(1).max(500).optional(),
  before: z.coerce.number().int().min(1).optional(),
};

/** What goes on, who was refused, and what the ledger of a mailbox says. */
export function trafficRoutes(): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/sessions",
      access: "status:read",
      name: "listSessions",
      summary: "Mail conversations that are going on",
      answer: shapes.sessionList,
      run: async ({ run }) => ({ body: await run("session.list", {}) }),
    }),
    route({
      method: "GET",
      path: "/refusals",
      access: "status:read",
      name: "listRefusals",
      summary: "Why is my mail not here: what was refused to whom, the newest first; kept in memory alone",
      query: z.strictObject({ ...shapes.refusalQuery.shape, mailbox: z.string().optional(), ...page }),
      answer: shapes.refusalPage,
      run: async ({ run, query }) => ({ body: await run("refusal.list", query) }),
    }),
    route({
      method: "GET",
      path: "/mailboxes/{id}/origins",
      access: "mailboxes:read",
      name: "listMailboxOrigins",
      summary: "From where mail of a mailbox has come since the start of the gateway",
      params: oneMailbox,
      answer: shapes.originList,
      run: async ({ run, params }) => ({ body: await run("mailbox.origins", params) }),
    }),
    route({
      method: "GET",
      path: "/mailboxes/{id}/ledger",
      access: "mailboxes:read",
      name: "getMailboxLedger",
      summary: "The ledger of a mailbox, the newest row first, with the head of its chain",
      params: oneMailbox,
      query: z.strictObject({ ...page, event: shapes.ledgerQuery.shape.event }),
      answer: shapes.ledgerPage,
      run: async ({ run, params, query }) => ({ body: await run("mailbox.ledger", { ...params, ...query }) }),
    }),
  ];
}
