// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { limits } from "../base/limits.ts";
import type { CertificateDesk } from "../certificate/certificate-desk.ts";
import { endsSoonFromMs, type Validity } from "../certificate/ends-soon.ts";
import type { Configuration } from "../config/schema.ts";
import type { EventFeed, FedEvent } from "../observe/event-feed.ts";
import type { Store } from "../store/contract.ts";

const dayMs = 24 * 3600 * 1000;
/** Nearer than this an end is an error: whoever must act has a weekend left. */
const certificateErrorMs = 3 * dayMs;

/** Something that somebody should look at. The overview shows it, and notices are made of it. */
export const attention = z.object({
  code: z.enum([
    "store-failing",
    "disk-low",
    "certificate-expires",
    "certificate-renewal-failing",
    "mailbox-quiet",
    "mailbox-not-pulled",
    "error-logged",
    "notice-not-delivered",
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
export type AttentionCode = Attention["code"];

export interface DiskRoom {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly reserveBytes: number;
}

/** The store takes nothing, or has too little room. */
export function storeAttention(readiness: ReturnType<Store["readiness"]>, disk: DiskRoom): readonly Attention[] {
  const about = { mailbox: null, mailboxName: null, at: null, severity: "error" } as const;
  if (readiness === "failing" || readiness === "stopped") return [{ ...about, code: "store-failing", values: {} }];
  return readiness === "disk-low" ? [{ ...about, code: "disk-low", values: { ...disk } }] : [];
}

/** The certificate that is shown ends soon, which is `warningMs` before its end, see `endsSoonFromMs`. */
export function certificateAttention(
  certificate: Validity | undefined,
  { nowMs, warningMs }: { readonly nowMs: number; readonly warningMs: number },
): readonly Attention[] {
  if (certificate === undefined || nowMs < endsSoonFromMs(certificate, warningMs)) return [];
  const notAfterMs = certificate.notAfter.getTime();
  const severity = notAfterMs - nowMs > certificateErrorMs ? "warning" : "error";
  const days = Math.floor((notAfterMs - nowMs) / dayMs);
  const about = { mailbox: null, mailboxName: null, at: new Date(notAfterMs).toISOString() };
  return [{ ...about, code: "certificate-expires", severity, values: { days } }];
}

/** The old certificate is shown meanwhile; why it failed, the page of the certificate says. */
export function renewalAttention(
  certificates: Pick<CertificateDesk, "renewal"> | undefined,
  { acme }: Pick<Configuration, "acme">,
): readonly Attention[] {
  const { lastError, lastAttemptMs } = certificates?.renewal.attempts ?? { lastError: null, lastAttemptMs: null };
  if (lastError === null || !acme.enabled) return [];
  const at = lastAttemptMs === null ? null : new Date(lastAttemptMs).toISOString();
  const about = { mailbox: null, mailboxName: null, at, severity: "error" } as const;
  return [{ ...about, code: "certificate-renewal-failing", values: { cause: lastError.code } }];
}

/** The last errors that the log tells of, the newest first; each code once. */
export function loggedErrors(feed: Pick<EventFeed, "since">): readonly Attention[] {
  const newest = new Map<string, Attention>();
  for (const event of feed.since(0)) if (event.level === "error") newest.set(event.code, errorAttention(event));
  // It has a code of its own, which goes when the next one is delivered.
  newest.delete("notify/not-delivered");
  return [...newest.values()].toReversed().slice(0, limits.attentionPerKind);
}

/** An error that the log tells of. */
export function errorAttention({ code, atMs, text, fields }: FedEvent): Attention {
  const cause = fields["cause"];
  const values = { event: code, text, ...(typeof cause === "string" ? { cause } : {}) };
  const at = new Date(atMs).toISOString();
  return { code: "error-logged", severity: "error", mailbox: null, mailboxName: null, at, values };
}
