// SPDX-License-Identifier: Apache-2.0
import { statfs } from "node:fs/promises";
import { z } from "zod";
import type { MailboxId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { hourMs } from "../store/activity-hours.ts";
import type { MailboxCounts } from "../store/contract.ts";
import { sumOf } from "./activity-operation.ts";
import { type OperationContext, operation } from "./operation.ts";
import { nothing } from "./shapes.ts";

const dayMs = 24 * hourMs;
/** A mailbox is quiet when it had so much in a week and then nothing for a day. */
const usualInAWeek = 10;
const weekMs = 7 * dayMs;
const quietMs = dayMs;
/** Longer than a weekend: archives pull every few minutes, at most once a day. */
const notPulledMs = 3 * dayMs;
/** A month: enough to order a certificate, and after the time at which an automatic one is renewed. */
const certificateWarningMs = 30 * dayMs;
const certificateErrorMs = 3 * dayMs;

export const attention = z.object({
  code: z.enum([
    "store-failing",
    "disk-low",
    "certificate-expires",
    "certificate-renewal-failing",
    "mailbox-quiet",
    "mailbox-not-pulled",
    "error-logged",
  ]),
  severity: z.enum(["warning", "error"]),
  mailbox: z.string().nullable(),
  mailboxName: z.string().nullable(),
  /** Since when, or when. */
  at: z.string().nullable(),
  /** What the words about it need. */
  values: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Attention = z.infer<typeof attention>;

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
    const quiet = await quietOnes(context, { all, counts, nowMs });
    const notPulled = waitingLong(all, counts, nowMs);
    const day = sumOf(await store.activity(undefined, { fromMs: nowMs - dayMs, toMs: nowMs }));
    const active = all.filter(({ state }) => state === "active").length;
    return {
      store: readiness,
      disk,
      certificate:
        certificate === undefined ? null : { ...certificate, notAfter: new Date(certificate.notAfterMs).toISOString() },
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
        ...certificateAttention(certificate?.notAfterMs, nowMs),
        ...renewalAttention(context),
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

function storeAttention(readiness: string, disk: z.infer<typeof overview>["disk"]): readonly Attention[] {
  const about = { mailbox: null, mailboxName: null, at: null, severity: "error" } as const;
  if (readiness === "failing" || readiness === "stopped") return [{ ...about, code: "store-failing", values: {} }];
  return readiness === "disk-low" ? [{ ...about, code: "disk-low", values: { ...disk } }] : [];
}

function certificateAttention(notAfterMs: number | undefined, nowMs: number): readonly Attention[] {
  if (notAfterMs === undefined || notAfterMs - nowMs > certificateWarningMs) return [];
  const severity = notAfterMs - nowMs > certificateErrorMs ? "warning" : "error";
  const days = Math.floor((notAfterMs - nowMs) / dayMs);
  const about = { mailbox: null, mailboxName: null, at: new Date(notAfterMs).toISOString() };
  return [{ ...about, code: "certificate-expires", severity, values: { days } }];
}

/** The old certificate is shown meanwhile; why it failed, the page of the certificate says. */
function renewalAttention({ certificates, configuration }: OperationContext): readonly Attention[] {
  const { lastError, lastAttemptMs } = certificates?.renewal.attempts ?? { lastError: null, lastAttemptMs: null };
  if (lastError === null || !configuration.acme.enabled) return [];
  const at = lastAttemptMs === null ? null : new Date(lastAttemptMs).toISOString();
  const about = { mailbox: null, mailboxName: null, at, severity: "error" } as const;
  return [{ ...about, code: "certificate-renewal-failing", values: { cause: lastError.code } }];
}

interface Looked {
  readonly all: readonly Mailbox[];
  readonly counts: ReadonlyMap<MailboxId, MailboxCounts>;
  readonly nowMs: number;
}

/** Those that had mail lately and have none now are few; only for them the week before is read. */
async function quietOnes({ store }: OperationContext, { all, counts, nowMs }: Looked): Promise<readonly Attention[]> {
  const candidates = all
    .map((mailbox) => ({ mailbox, lastMs: counts.get(mailbox.id)?.lastReceivedAtMs ?? 0 }))
    .filter(({ mailbox, lastMs }) => mailbox.state === "active" && isBetween(nowMs - lastMs, quietMs, weekMs))
    .toSorted((one, other) => one.lastMs - other.lastMs)
    .slice(0, limits.quietMailboxesLookedAt);
  const found = await Promise.all(
    candidates.map(async ({ mailbox, lastMs }) => {
      const week = await store.activity(mailbox.id, { fromMs: lastMs - weekMs, toMs: lastMs + 1 });
      const { received } = sumOf(week);
      return received < usualInAWeek ? [] : [aboutMailbox("mailbox-quiet", mailbox, { atMs: lastMs, received })];
    }),
  );
  return found.flat();
}

function waitingLong(
  all: readonly Mailbox[],
  counts: ReadonlyMap<MailboxId, MailboxCounts>,
  nowMs: number,
): readonly Attention[] {
  return all.flatMap((mailbox) => {
    const { oldestReceivedAtMs, messages } = counts.get(mailbox.id) ?? { oldestReceivedAtMs: undefined, messages: 0 };
    if (oldestReceivedAtMs === undefined || messages === 0 || nowMs - oldestReceivedAtMs < notPulledMs) return [];
    return [aboutMailbox("mailbox-not-pulled", mailbox, { atMs: oldestReceivedAtMs, messages })];
  });
}

function aboutMailbox(
  code: Attention["code"],
  { id, name }: Mailbox,
  { atMs, ...values }: { readonly atMs: number; readonly [name: string]: number },
): Attention {
  const at = new Date(atMs).toISOString();
  return { code, severity: "warning", mailbox: id, mailboxName: name, at, values };
}

function isBetween(value: number, low: number, high: number): boolean {
  return value > low && value < high;
}
