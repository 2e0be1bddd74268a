// SPDX-License-Identifier: Apache-2.0
import type { Credentials } from "../credentials.ts";

export type HashName = "sha1" | "sha256" | "md5";

/** The cryptography that pure machines borrow. Short operations only: a derivation is an effect, see `SaslStep`. */
export interface SaslCrypto {
  hash(name: HashName, input: Uint8Array): Buffer;
  hmac(name: HashName, key: Uint8Array, input: Uint8Array): Buffer;
  /** Compares in constant time; `false` when the lengths differ. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

/** Everything that a mechanism may need, besides what the server sends. */
export interface SaslContext {
  /** As the upstream knows the user. A token goes on by whichever token mechanism the upstream offers. */
  readonly credentials: Credentials;
  readonly crypto: SaslCrypto;
  /** Fresh and unguessable for each login: printable ASCII without a comma (RFC 5802 §5.1). */
  readonly nonce: string;
  /** The upstream as OAUTHBEARER names it (RFC 7628 §3.1). */
  readonly host: string;
  readonly port: number;
}

/** PBKDF2 as SCRAM wants it: `Hi()` of RFC 5802 §2.2. Takes long, so the session runs it beside the conversation. */
export interface KeyDerivation {
  readonly hash: "sha1" | "sha256";
  readonly password: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly keyBytes: number;
}

/** What a mechanism wants after a challenge. */
export type SaslStep =
  | { readonly kind: "respond"; readonly response: Buffer }
  /** Run it, then call `derived` with the key. */
  | { readonly kind: "derive"; readonly derivation: KeyDerivation }
  /** The server broke the mechanism's rules; `reason` is for the log and holds nothing of the exchange. */
  | { readonly kind: "cancel"; readonly reason: string };

/** One login by one mechanism (RFC 4422 §3). Not used again after it. */
export interface SaslMechanism {
  readonly name: MechanismName;
  /** `undefined` where the server speaks first. */
  readonly initialResponse: Buffer | undefined;
  challenge(challenge: Buffer): SaslStep;
  derived(key: Buffer): SaslStep;
  /** Whether a success may be believed: SCRAM must have seen the server's signature (RFC 5802 §3). */
  readonly mayEnd: boolean;
  /**
   * Whether anything that depends on the password has left. A refusal before that says nothing about the password:
   * a server may offer a mechanism and have no key for this user.
   */
  readonly credentialShown: boolean;
}

export type MechanismName =
  | "SCRAM-SHA-256"
  | "SCRAM-SHA-1"
  | "PLAIN"
  | "LOGIN"
  | "CRAM-MD5"
  | "XOAUTH2"
  | "OAUTHBEARER";

export function cancel(reason: string): SaslStep {
  return { kind: "cancel", reason };
}

export function respond(response: Buffer): SaslStep {
  return { kind: "respond", response };
}
