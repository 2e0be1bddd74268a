// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { PosternError } from "../base/errors.ts";
import type { Traffic } from "../observe/traffic/traffic.ts";
import { ledgerEvents } from "../store/ledger.ts";
import { type OperationContext, operation } from "./operation.ts";
import { mailboxId, nothing, oneMailbox } from "./shapes.ts";

const textOrNull = z.string().nullable();
const moment = z.iso.datetime({ offset: true });

export const sessionList = z.object({
  sessions: z
    .array(
      z.object({
        /** The number of the connection, as the log has it. */
        id: z.string(),
        service: z.string(),
        peer: z.string(),
        since: z.string(),
        /** `null`: unencrypted. */
        tls: textOrNull,
        mailbox: textOrNull,
        /** The server behind the proxy. */
        target: textOrNull,
        messages: z.number(),
        /** Octets of their content. */
        bytes: z.number(),
      }),
    )
    .readonly(),
});

/** Mail conversations that are going on. */
export const listSessions = operation({
  input: nothing,
  output: sessionList,
  async run(context) {
    const services = new Map(context.running?.().ports.map(({ port, service }) => [port, service]));
    const sessions = trafficOf(context).sessions.list();
    return {
      sessions: sessions.map(({ id, port, peer, sinceMs, tls, mailbox, target, messages, bytes }) => ({
        id,
        service: services.get(port) ?? String(port),
        peer,
        since: new Date(sinceMs).toISOString(),
        tls: tls ?? null,
        mailbox: mailbox ?? null,
        target: target ?? null,
        messages,
        bytes,
      })),
    };
  },
});

export const refusalQuery = z.strictObject({
  mailbox: mailboxId.optional(),
  /** A part of the address. */
  peer: z.string().max(100).optional(),
  /** A part of the address. */
  recipient: z.string().max(300).optional(),
  cause: z.string().max(100).optional(),
  from: moment.optional(),
  to: moment.optional(),
  limit: z.int().min(1).max(500).default(50),
  /** The `next` of the page before. */
  before: z.int().min(1).optional(),
});

export const refusalPage = z.object({
  refusals: z
    .array(
      z.object({
        id: z.number(),
        at: z.string(),
        cause: z.string(),
        /** What the peer was told. */
        reply: textOrNull,
        peer: z.string(),
        hello: textOrNull,
        recipient: textOrNull,
        mailbox: textOrNull,
      }),
    )
    .readonly(),
  next: z.number().nullable(),
  /** Those from before are forgotten: they are kept in memory alone. */
  keptSince: z.string(),
});

/** Why is my mail not here: what was refused to whom, the newest first. */
export const listRefusals = operation({
  input: refusalQuery,
  output: refusalPage,
  async run(context, { from, to, limit, ...query }) {
    const { refusals } = trafficOf(context);
    const found = refusals.find({ ...query, ...spanOf(from, to), limit: limit + 1 });
    const page = found.slice(0, limit);
    return {
      refusals: page.map(({ id, atMs, cause, reply, peer, hello, recipient, mailbox }) => ({
        id,
        at: new Date(atMs).toISOString(),
        cause,
        peer,
        reply: reply ?? null,
        hello: hello ?? null,
        recipient: recipient ?? null,
        mailbox: mailbox ?? null,
      })),
      next: found.length > limit ? (page.at(-1)?.id ?? null) : null,
      keptSince: new Date(refusals.keptSinceMs).toISOString(),
    };
  },
});

export const originList = z.object({
  origins: z
    .array(
      z.object({
        source: z.enum(["journal", "smtp-proxy", "pop3-proxy"]),
        peer: z.string(),
        tls: textOrNull,
        messages: z.number(),
        /** Octets of their content. */
        bytes: z.number(),
        lastAt: z.string(),
      }),
    )
    .readonly(),
  keptSince: z.string(),
});

/** From where mail of a mailbox has come since the start of the gateway, the latest first. */
export const listOrigins = operation({
  input: oneMailbox,
  output: originList,
  async run(context, { id }) {
    mustBeThere(context, id);
    const traffic = trafficOf(context);
    return {
      origins: traffic.origins.of(id).map(({ source, peer, tls, messages, bytes, lastAtMs }) => ({
        source,
        peer,
        tls: tls ?? null,
        messages,
        bytes,
        lastAt: new Date(lastAtMs).toISOString(),
      })),
      keptSince: new Date(traffic.sinceMs).toISOString(),
    };
  },
});

export const ledgerQuery = z.strictObject({
  id: mailboxId,
  limit: z.int().min(1).max(500).default(50),
  /** The `next` of the page before. */
  before: z.int().min(1).optional(),
  event: z.enum(ledgerEvents).optional(),
});

export const ledgerPage = z.object({
  entries: z
    .array(
      z.object({
        position: z.number(),
        at: z.string(),
        event: z.string(),
        uniqueId: textOrNull,
        sealedBytes: z.number().nullable(),
        sha256: textOrNull,
        detail: textOrNull,
      }),
    )
    .readonly(),
  /** There may be more although a page is not full: with `event`, a part of the ledger is looked through at a time. */
  next: z.number().nullable(),
  head: z.object({ position: z.number(), hash: z.string() }),
});

/** The ledger of a mailbox, the newest row first. */
export const showLedger = operation({
  input: ledgerQuery,
  output: ledgerPage,
  async run(context, { id, ...query }) {
    mustBeThere(context, id);
    const { rows, next, head } = await context.store.ledger(id, query);
    return {
      entries: rows.map(({ position, atMs, event, uniqueId, sealedBytes, sha256, detail }) => ({
        position,
        at: new Date(atMs).toISOString(),
        event,
        uniqueId,
        sealedBytes,
        sha256,
        detail,
      })),
      next: next ?? null,
      head: { position: head.position, hash: Buffer.from(head.hash).toString("hex") },
    };
  },
});

function trafficOf({ traffic }: OperationContext): Traffic {
  if (traffic === undefined) throw new PosternError("admin/unreachable", "without a gateway nothing is going on");
  return traffic;
}

function mustBeThere({ mailboxes }: OperationContext, id: z.output<typeof mailboxId>): void {
  if (mailboxes.find(id) === undefined) throw new PosternError("mailbox/unknown", id);
}

function spanOf(from: string | undefined, to: string | undefined) {
  return {
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? undefined : Date.parse(to),
  };
}
