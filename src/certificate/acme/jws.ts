// SPDX-License-Identifier: Apache-2.0
import { createHmac, createPublicKey, hash, type KeyObject, sign } from "node:crypto";

/** The public half of an account key as a JWK (RFC 7517), its members in the order of RFC 7638 §3.2. */
export interface PublicJwk {
  readonly crv: string;
  readonly kty: string;
  readonly x: string;
  readonly y: string;
}

export interface SignedRequest {
  readonly url: string;
  readonly nonce: string;
  /** `undefined`: POST-as-GET (RFC 8555 §6.3). */
  readonly payload: object | undefined;
  /** The account's address; before there is one, its public key stands instead (RFC 8555 §6.2). */
  readonly account: string | undefined;
}

/** A request in flattened JSON serialisation, signed with ES256 (RFC 7515 §7.2.2, RFC 7518 §3.4). */
export function signRequest(key: KeyObject, { url, nonce, payload, account }: SignedRequest): string {
  const head = { alg: "ES256", nonce, url, ...(account === undefined ? { jwk: publicJwk(key) } : { kid: account }) };
  const protectedHead = encode(JSON.stringify(head));
  const body = payload === undefined ? "" : encode(JSON.stringify(payload));
  const signature = sign("sha256", Buffer.from(`${protectedHead}.${body}`), { key, dsaEncoding: "ieee-p1363" });
  return JSON.stringify({ protected: protectedHead, payload: body, signature: signature.toString("base64url") });
}

export interface AccountBinding {
  /** The account at the authority's website, and its secret. */
  readonly keyId: string;
  readonly hmacKey: Uint8Array;
}

/** Says to the authority that this key belongs to an account at its website (RFC 8555 §7.3.4), with HS256 (RFC 7518 §3.2). */
export function bindAccount(key: KeyObject, url: string, { keyId, hmacKey }: AccountBinding): object {
  const head = encode(JSON.stringify({ alg: "HS256", kid: keyId, url }));
  const payload = encode(JSON.stringify(publicJwk(key)));
  const signature = createHmac("sha256", hmacKey).update(`${head}.${payload}`).digest("base64url");
  return { protected: head, payload, signature };
}

/** What a challenge is answered with: it ties the token to the account (RFC 8555 §8.1). */
export function keyAuthorization(key: KeyObject, token: string): string {
  return `${token}.${thumbprint(key)}`;
}

/** RFC 7638 §3: the hash over the required members alone, in their order. */
export function thumbprint(key: KeyObject): string {
  return hash("sha256", JSON.stringify(publicJwk(key)), "base64url");
}

function publicJwk(key: KeyObject): PublicJwk {
  const { crv = "", kty = "", x = "", y = "" } = createPublicKey(key).export({ format: "jwk" });
  return { crv, kty, x, y };
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}
