// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { limits } from "../../base/limits.ts";
import { exchange } from "./https-exchange.ts";

const directoryShape = z.object({ renewalInfo: z.string().optional() });

/** RFC 9773 §4.2. */
const infoShape = z.object({
  suggestedWindow: z.object({ start: z.iso.datetime({ offset: true }), end: z.iso.datetime({ offset: true }) }),
});

export interface RenewalInfoParts {
  readonly nowMs: () => number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

export interface RenewalQuestion {
  readonly directoryUrl: string;
  /** In PEM, the gateway's own first. */
  readonly certificate: string;
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

interface Known {
  readonly id: string;
  readonly directoryUrl: string;
  /** When to renew; `undefined`: the authority has nothing to say about it. */
  readonly renewMs: number | undefined;
  readonly window: string;
  readonly askAgainMs: number;
}

/**
 * When the authority wants a certificate to be renewed (ACME renewal information, RFC 9773): before its usual time when it must be
 * revoked, spread over days when many come at once. What cannot be had or understood is no reason to wait, or to hurry.
 */
export class RenewalInfo {
  readonly #parts: RenewalInfoParts;
  #known: Known | undefined;

  constructor(parts: RenewalInfoParts) {
    this.#parts = parts;
  }

  /** The moment that was chosen in the window of this certificate, when `ask` has heard of one. */
  renewMs(certificate: string, directoryUrl: string): number | undefined {
    const known = this.#known;
    if (known === undefined || known.directoryUrl !== directoryUrl) return undefined;
    return known.id === certificateId(certificate) ? known.renewMs : undefined;
  }

  /** Asks the authority, no more often than it wants. Never throws. */
  async ask(question: RenewalQuestion): Promise<void> {
    const { directoryUrl } = question;
    const id = certificateId(question.certificate);
    if (id === undefined) return;
    const known = this.#known?.id === id && this.#known.directoryUrl === directoryUrl ? this.#known : undefined;
    const nowMs = this.#parts.nowMs();
    if (known !== undefined && nowMs < known.askAgainMs) return;
    try {
      this.#known = await this.#fetch(question, id, known);
    } catch {
      // RFC 9773 §4.3.3: what was heard before holds, and it is asked again later.
      const before = { id, directoryUrl, renewMs: undefined, window: "" };
      this.#known = { ...before, ...known, askAgainMs: nowMs + limits.acmeInfoMs };
    }
  }

  async #fetch({ directoryUrl, ca, signal }: RenewalQuestion, id: string, known: Known | undefined): Promise<Known> {
    const nowMs = this.#parts.nowMs();
    const get = { method: "GET", ca, signal } as const;
    const directory = await exchange({ ...get, url: directoryUrl });
    const { renewalInfo } = directoryShape.parse(JSON.parse(directory.text));
    const nothing = { id, directoryUrl, renewMs: undefined, window: "", askAgainMs: nowMs + limits.acmeInfoMs };
    if (renewalInfo === undefined) return nothing;
    const answer = await exchange({ ...get, url: `${renewalInfo.replace(/\/$/, "")}/${id}` });
    if (answer.status !== 200) return { ...nothing, renewMs: known?.renewMs, window: known?.window ?? "" };
    const { start, end } = infoShape.parse(JSON.parse(answer.text)).suggestedWindow;
    const [startMs, endMs] = [Date.parse(start), Date.parse(end)];
    if (endMs < startMs) return nothing;
    const window = `${start} ${end}`;
    // RFC 9773 §4.2: a moment by chance in it; the same one as long as the window is the same.
    const chosen = startMs + this.#parts.random() * (endMs - startMs);
    const renewMs = known?.window === window ? known.renewMs : chosen;
    return { id, directoryUrl, renewMs, window, askAgainMs: nowMs + waitOf(answer.header("retry-after")) };
  }
}

/** RFC 9773 §4.3.2: at least a minute, at most a day. */
function waitOf(retryAfter: string | undefined): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  if (!Number.isInteger(seconds)) return limits.acmeInfoMs;
  return Math.min(Math.max(seconds, 60), 86_400) * 1000;
}

/**
 * RFC 9773 §4.1: key identifier of the authority and serial number as they stand in the certificate, each in base64url;
 * `undefined`: it names no key of its authority.
 */
export function certificateId(pem: string): string | undefined {
  const { raw, serialNumber } = new X509Certificate(pem);
  const keyId = authorityKeyId(raw);
  if (keyId === undefined) return undefined;
  const digits = serialNumber.length % 2 === 1 ? `0${serialNumber}` : serialNumber;
  // DER: a number whose first bit is set has a zero before it (X.690 §8.3).
  const serial = Buffer.from(/^[89a-f]/i.test(digits) ? `00${digits}` : digits, "hex");
  return `${keyId.toString("base64url")}.${serial.toString("base64url")}`;
}

/** The extension authorityKeyIdentifier (RFC 5280 §4.2.1.1): OID 2.5.29.35, in which [0] is the identifier. */
function authorityKeyId(raw: Uint8Array): Buffer | undefined {
  const certificate = Buffer.from(raw);
  const at = certificate.indexOf(Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x23]));
  if (at < 0) return undefined;
  let place = at + 5;
  // It may be marked as critical, though it must not be.
  if (certificate[place] === 0x01) place += 3;
  const [string, , sequence, , tag, length = 0] = certificate.subarray(place, place + 6);
  if (string !== 0x04 || sequence !== 0x30 || tag !== 0x80 || length === 0 || length > 127) return undefined;
  return certificate.subarray(place + 6, place + 6 + length);
}
