// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";

export const certificateView = z.object({
  source: z.enum(["files", "uploaded", "acme", "self-signed"]),
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()).readonly(),
  notBefore: z.string(),
  notAfter: z.string(),
  /** SHA-256, as mail clients show it. */
  fingerprint: z.string(),
  selfSigned: z.boolean(),
  /** Certificates that are shown, the gateway's own among them. */
  chainLength: z.number(),
  /** The name that clients are told, and whether the certificate is for it. */
  hostName: z.string(),
  coversHostName: z.boolean(),
  acme: z.object({
    enabled: z.boolean(),
    state: z.enum(["off", "ordering", "failing", "issued", "due"]),
    directoryUrl: z.string(),
    names: z.array(z.string()).readonly(),
    contact: z.array(z.string()).readonly(),
    challenge: z.enum(["http-01", "tls-alpn-01"]),
    agreeTerms: z.boolean(),
    lastAttemptAt: z.string().nullable(),
    /** When it is renewed, or tried again. */
    nextAttemptAt: z.string().nullable(),
    lastError: z.object({ code: z.string(), detail: z.string() }).nullable(),
  }),
});

const pem = z.string().max(60_000);
export const newCertificate = z.strictObject({
  /** The chain, the gateway's own certificate first. */
  certificate: pem,
  /** Without a password. It is kept and never shown. */
  key: pem,
});

/** What is not named stays as it is set. */
export const acmeChoice = z.strictObject({
  agreeTerms: z.boolean().optional(),
  names: z.array(z.string()).max(100).optional(),
  contact: z.array(z.string()).max(10).optional(),
  directoryUrl: z.string().optional(),
  challenge: z.string().optional(),
});

export type CertificateView = z.output<typeof certificateView>;
