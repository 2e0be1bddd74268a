// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { type MailboxId, parseMailboxId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { targetPattern } from "../config/network-values.ts";
import { purposes } from "../mailbox/mailbox-settings.ts";
import { issueParams } from "./field-problems.ts";
import { noticeChannel } from "./notice-shapes.ts";

/** The JSON shapes that operations take and give. Times are ISO 8601 in UTC, sizes bytes. */

/** A mailbox id in any letter case; people paste the whole address, so `@domain` may follow. */
export const mailboxId = z.string().transform((text, context): MailboxId => {
  const id = parseMailboxId(text.trim().split("@", 1)[0] ?? "");
  if (id !== undefined) return id;
  context.addIssue({ code: "custom", message: `"${text}" is no mailbox id; it looks like mbx-0123…, 32 hex digits` });
  return z.NEVER;
});

export const nothing = z.strictObject({});
export const oneMailbox = z.strictObject({ id: mailboxId });

/** A server that the proxy may reach, written as in the configuration; kept in lower case. */
const target = z.string().transform((text, context): string => {
  const read = targetPattern.parse(text.trim());
  if (read.ok) return read.value;
  context.addIssue({ code: "custom", message: read.reason, params: issueParams(read) });
  return z.NEVER;
});
const purpose = z.enum(purposes);
/** Sealed octets that may wait; `null`: as many as the disk takes. */
const mostWaitingBytes = z.int().min(limits.mailboxLeastWaitingBytes).max(Number.MAX_SAFE_INTEGER).nullable();

export const newMailbox = z.strictObject({
  name: z.string(),
  description: z.string().default(""),
  allowedPeers: z.array(z.string()).readonly().default([]),
  requireTls: z.boolean().default(true),
  purpose: purpose.default("other"),
  allowedTargets: z.array(target).max(100).readonly().default([]),
  mostWaitingBytes: mostWaitingBytes.default(null),
});

/** A creation that may be asked for again: the same key and content make one mailbox. */
export const newMailboxOnce = newMailbox.extend({ requestKey: z.string() });

export const mailboxOrders = [
  "created",
  "name",
  "messages",
  "sealedBytes",
  "oldestReceivedAt",
  "lastReceivedAt",
  "lastPulledAt",
] as const;

/** One page of mailboxes. `after` is the `next` of the page before; `search` looks into name, description and id. */
export const mailboxQuery = z.strictObject({
  limit: z.int().min(1).max(200).default(50),
  after: z.string().optional(),
  search: z.string().max(200).optional(),
  state: z.enum(["active", "suspended"]).optional(),
  sort: z.enum(mailboxOrders).default("created"),
  order: z.enum(["asc", "desc"]).default("asc"),
});

export const mailboxEdit = z.strictObject({
  id: mailboxId,
  /** The version that was seen; without it the change is made whatever is there. */
  version: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  allowedPeers: z.array(z.string()).readonly().optional(),
  requireTls: z.boolean().optional(),
  purpose: purpose.optional(),
  allowedTargets: z.array(target).max(100).readonly().optional(),
  mostWaitingBytes: mostWaitingBytes.optional(),
});

export const passwordChange = z.strictObject({
  id: mailboxId,
  oldPassword: z.string(),
  /** Whoever gives it knows it before it holds, so that a lost answer locks nobody out. */
  newPassword: z.string().optional(),
});
export const passwordReset = z.strictObject({ id: mailboxId, discardMail: z.boolean().default(false) });

const time = z.string();
const timeOrNull = time.nullable();

/** A mailbox with its counts, as `list` shows it. */
export const mailboxSummary = z.object({
  id: z.string(),
  address: z.string(),
  name: z.string(),
  description: z.string(),
  state: z.enum(["active", "suspended"]),
  createdAt: time,
  purpose,
  /** How mail has come so far. */
  sources: z.array(z.enum(["journal", "smtp-proxy", "pop3-proxy"])).readonly(),
  messages: z.number(),
  sealedBytes: z.number(),
  oldestReceivedAt: timeOrNull,
  lastReceivedAt: timeOrNull,
  lastPulledAt: timeOrNull,
});

const endpoint = z.object({ host: z.string(), port: z.number(), tls: z.enum(["starttls", "implicit"]) });

/** A mailbox with all that somebody needs who sets up the sending server or the archive. */
export const mailboxDetails = mailboxSummary.extend({
  /** The address in each domain of the gateway. */
  addresses: z.array(z.string()).readonly(),
  /** Of the settings; changes with them. */
  version: z.string(),
  recipient: z.string(),
  recipientKind: z.enum(["mlkem768x25519", "x25519"]),
  allowedPeers: z.array(z.string()).readonly(),
  requireTls: z.boolean(),
  /** What the proxy may reach for this mailbox, of what the gateway allows; empty: all of that. */
  allowedTargets: z.array(z.string()).readonly(),
  /** When so many sealed octets wait, senders are told to come later; `null`: as many as the disk takes. */
  mostWaitingBytes: z.number().nullable(),
  deliver: z.array(endpoint).readonly(),
  pull: z.array(endpoint).readonly(),
  /** Where mail clients send through the proxy; they fetch where archives pull. */
  submit: z.array(endpoint).readonly(),
});

export const mailboxPassword = z.object({ id: z.string(), address: z.string(), password: z.string() });
/** `password` is `null` in the answer to a repetition. */
export const mailboxPasswordOnce = mailboxPassword.extend({ password: z.string().nullable() });
export const mailboxPasswordReset = mailboxPassword.extend({ removedMessages: z.number() });
export const mailboxList = z.object({ mailboxes: z.array(mailboxSummary).readonly() });
export const mailboxPage = mailboxList.extend({
  next: z.string().nullable(),
  /** How many fit search and state, on this page or not. */
  total: z.number(),
});
export const mailboxRemoval = z.object({ id: z.string(), removedMessages: z.number() });

/** What came of a test message. */
export const testMessageResult = z.object({
  /** `failed`: there was no verdict. */
  outcome: z.enum(["accepted", "refused", "failed"]),
  /** What the SMTP listener said, or how far it came. */
  reply: z.string(),
  /** What it means. `peer-not-allowed`: an allow-list keeps the gateway's own address out, which says nothing of others. */
  cause: z.enum([
    "accepted",
    "mailbox-suspended",
    "peer-not-allowed",
    "disk-low",
    "store-failing",
    "too-busy",
    "other",
    "no-listener",
    "no-answer",
  ]),
  tookMs: z.number(),
  /** Its Message-ID, without angle brackets: for finding it in the archive. */
  messageId: z.string(),
});

export const gatewayStatus = z.object({
  /** Only of a running gateway. */
  running: z
    .object({
      version: z.string(),
      processId: z.number(),
      startedAt: time,
      ports: z.array(z.object({ service: z.string(), host: z.string(), port: z.number() })).readonly(),
      networkThreads: z.number(),
      certificateFingerprint: z.string(),
      /** What was counted since the start, by series; those that are zero are left out. */
      counters: z.record(z.string(), z.number()),
    })
    .nullable(),
  dataDirectory: z.string(),
  hostName: z.string(),
  /** What mailbox addresses end in; the first one is shown. */
  domains: z.array(z.string()).readonly(),
  store: z.enum(["ready", "disk-low", "failing", "stopped"]),
  mailboxes: z.object({ active: z.number(), suspended: z.number() }),
  messages: z.number(),
  sealedBytes: z.number(),
  /** The channels of notices that are set up. */
  notices: z.array(noticeChannel).readonly(),
});

export type MailboxSummary = z.infer<typeof mailboxSummary>;
export type MailboxDetails = z.infer<typeof mailboxDetails>;
export type TestMessageResult = z.infer<typeof testMessageResult>;
export type GatewayStatus = z.infer<typeof gatewayStatus>;
