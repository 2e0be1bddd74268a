// SPDX-License-Identifier: Apache-2.0
import { createHmac, timingSafeEqual } from "node:crypto";

/** RFC 6238 §4, with what every authenticator takes: SHA-1, six digits, thirty seconds (RFC 6238 §5.2). */
const digits = 6;
export const totpStepMs = 30_000;

/** RFC 4226 §4: at least 128 bits, better 160, the length of the hash. */
export const totpSecretBytes = 20;

/** RFC 6238 §5.2: one step to both sides, for clocks that differ and people who type slowly. */
const stepsAside = 1;

/** The step of time that a code belongs to. */
export function totpStep(nowMs: number): number {
  return Math.floor(nowMs / totpStepMs);
}

/** The code of a step (RFC 4226 §5.3). */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

/**
 * The step that a code is for; `undefined` when it is for none of now. A code of the step that was used last, or of one
 * before it, is refused: it may have been read over a shoulder (RFC 6238 §5.2).
 */
export function findTotpStep(
  secret: Uint8Array,
  code: string,
  { nowMs, lastStep }: { readonly nowMs: number; readonly lastStep: number },
): number | undefined {
  const given = Buffer.from(code.replaceAll(/\s/g, ""));
  const now = totpStep(nowMs);
  for (let step = now - stepsAside; step <= now + stepsAside; step++) {
    const wanted = Buffer.from(totpCode(secret, Math.max(step, 0)));
    if (step > lastStep && given.length === wanted.length && timingSafeEqual(given, wanted)) return step;
  }
  return undefined;
}

/** What the picture for the authenticator says; the form is that of Google's "Key URI Format". */
export function totpUri(
  secret: Uint8Array,
  { account, host }: { readonly account: string; readonly host: string },
): string {
  const issuer = `Postern ${host}`;
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648 §6, without padding. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let waiting = 0;
  for (const byte of bytes) {
    waiting = ((waiting << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(waiting >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + alphabet[(waiting << (5 - bits)) & 31] : text;
}
