// SPDX-License-Identifier: Apache-2.0
import { statfs } from "node:fs/promises";
import { z } from "zod";
import type { MailboxId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import {
  type Attention,
  attention,
  certificateAttention,
  renewalAttention,
  storeAttention,
} from "../notify/attention.ts";
import { notPulledMailboxes, quietMailboxes } from "../notify/mailbox-attention.ts";
import { hourMs } from "../store/activity-hours.ts";
import type { MailboxCounts } from "../store/contract.ts";
import { sumOf } from "./activity-operation.ts";
import { type OperationContext, operation } from "./operation.ts";
import { nothing } from "./shapes.ts";

const dayMs = 24 * hourMs;
const quietMs = dayMs;
/** Longer than a weekend: archives pull every few minutes, at most once a day. */
const notPulledMs = 3 * dayMs;
/** A month: enough to order a certificate, and after the time at which an automatic one is renewed. */
const certificateWarningMs = 30 * dayMs;

export const overview = z.object({
  store: z.enum(["ready", "disk-low", "failing", "stopped"]),
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number(), reserveBytes: z.number() }),
  /** `null` when no gateway runs. */
  certificate: z.object({ notAfter: z.string(), fingerprint: z.string(), selfSigned: z.boolean() }).nullable(),
  mailboxes: z.object({
    active: z.number(),
    suspended: z.number(),
    /** Mail used to come and comes no more. */
    quiet: z.number(),
    /** Something has waited for days. */
    notPulled: z.number(),
  }),
  messages: z.number(),
  sealedBytes: z.number(),
  oldestReceivedAt: z.string().nullable(),
  lastDay: z.object({
    received: z.number(),
    receivedBytes: z.number(),
    pulled: z.number(),
    refused: z.number(),
  }),
  startedAt: z.string().nullable(),
  version: z.string().nullable(),
  /** What somebody should look at, the worst first. */
  attention: z.array(attention).readonly(),
});

/** Is everything well, and if not, what is it. */
export const showOverview = operation({
  input: nothing,
  output: overview,
  async run(context) {
    const { mailboxes, store, running } = context;
    const nowMs = Date.now();
    const all = mailboxes.list();
    const counts = await store.counts();
    const readiness = store.readiness(limits.segmentMessageBytes);
    const disk = await diskOf(context);
    const facts = running?.();
    const certificate = facts?.certificate;
    const quiet = await quietMailboxes(store, { all, counts, nowMs }, quietMs);
    const notPulled = notPulledMailboxes({ all, counts, nowMs }, notPulledMs);
    const day = sumOf(await store.activity(undefined, { fromMs: nowMs - dayMs, toMs: nowMs }));
    const active = all.filter(({ state }) => state === "active").length;
    return {
      store: readiness,
      disk,
      certificate: certificate === undefined ? null : { ...certificate, notAfter: certificate.notAfter.toISOString() },
      mailboxes: { active, suspended: all.length - active, quiet: quiet.length, notPulled: notPulled.length },
      ...sums(counts),
      lastDay: {
        received: day.received,
        receivedBytes: day.receivedBytes,
        pulled: day.pulled,
        refused: day.refused,
      },
      startedAt: facts === undefined ? null : new Date(facts.startedAtMs).toISOString(),
      version: facts?.version ?? null,
      attention: [
        ...storeAttention(readiness, disk),
        ...certificateAttention(certificate, { nowMs, warningMs: certificateWarningMs }),
        ...renewalAttention(context.certificates, context.configuration),
        ...(context.notices?.attention ?? []),
        ...notPulled.slice(0, limits.attentionPerKind),
        ...quiet.slice(0, limits.attentionPerKind),
      ].toSorted((one, other) => rank(one) - rank(other)),
    };
  },
});

function rank({ severity }: Attention): number {
  return severity === "error" ? 0 : 1;
}

async function diskOf({ configuration }: OperationContext): Promise<z.infer<typeof overview>["disk"]> {
  const { bavail, blocks, bsize } = await statfs(configuration.gateway.dataDirectory);
  const { diskReserveBytes: reserveBytes } = configuration.limits;
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, reserveBytes };
}

function sums(counts: ReadonlyMap<MailboxId, MailboxCounts>) {
  let messages = 0;
  let sealedBytes = 0;
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const each of counts.values()) {
    messages += each.messages;
    sealedBytes += each.sealedBytes;
    if (each.messages > 0) oldestMs = Math.min(oldestMs, each.oldestReceivedAtMs ?? oldestMs);
  }
  const oldestReceivedAt = Number.isFinite(oldestMs) ? new Date(oldestMs).toISOString() : null;
  return { messages, sealedBytes, oldestReceivedAt };
}
