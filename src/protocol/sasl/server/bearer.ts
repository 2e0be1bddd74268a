// SPDX-License-Identifier: Apache-2.0
import { SecretBytes } from "../../../base/secret.ts";
import { denied, malformed, type SaslStep } from "./exchange.ts";
import { readUserName } from "./user-name.ts";

const separator = 1;

/** RFC 7628 §3.1: `key=value` pairs, each ended by ^A, and one ^A at the very end. `undefined` when it is not that. */
export function readPairs(octets: Buffer): ReadonlyMap<string, Buffer> | undefined {
  const pairs = new Map<string, Buffer>();
  let at = 0;
  while (at < octets.length && octets[at] !== separator) {
    const end = octets.indexOf(separator, at);
    const equals = octets.indexOf("=", at);
    if (end < 0 || equals < 0 || equals > end) return undefined;
    const key = octets.toString("latin1", at, equals).toLowerCase();
    if (!/^[a-z]+$/.test(key) || pairs.has(key)) return undefined;
    pairs.set(key, octets.subarray(equals + 1, end));
    at = end + 1;
  }
  return at === octets.length - 1 ? pairs : undefined;
}

/** Credentials from a user name and the value of `auth`. */
export function bearerStep(userNameOctets: Buffer, auth: Buffer | undefined): SaslStep {
  const userName = readUserName(userNameOctets);
  if (userName === undefined || auth === undefined) return malformed;
  // RFC 7628 §3.1: an empty value asks which tokens are wanted; a refusal tells.
  if (auth.length === 0) return denied;
  const blank = auth.indexOf(" ");
  // RFC 7235 §2.1: the scheme has no letter case.
  if (blank < 0 || auth.toString("latin1", 0, blank).toLowerCase() !== "bearer") return malformed;
  const token = auth.subarray(blank + 1);
  if (token.length === 0 || !isToken(token)) return malformed;
  return { kind: "credentials", credentials: { kind: "token", userName, token: SecretBytes.own(Buffer.from(token)) } };
}

/** RFC 6750 §2.1 b64token, and what else is visible ASCII: tokens are opaque to us. */
function isToken(octets: Buffer): boolean {
  for (const octet of octets) if (octet <= 32 || octet >= 127) return false;
  return true;
}
