// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from "node:crypto";

/** X25519 (RFC 7748 §5) over Node's key objects. Raw public keys leave by JWK, which costs 1 µs where SPKI costs 22. */
export const x25519Bytes = 32;

/** RFC 8410 §7: PKCS #8 with the 32-byte private key at the end. */
const privateKeyPrefix = Buffer.from("302e020100300506032b656e04220420", "hex");

export interface X25519Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: Buffer;
}

export function generateX25519(): X25519Pair {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  return { privateKey, publicKey: rawPublicKey(publicKey) };
}

/** `scalar` stays the caller's. */
export function importX25519Private(scalar: Uint8Array): X25519Pair {
  const der = Buffer.concat([privateKeyPrefix, scalar]);
  try {
    const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    return { privateKey, publicKey: rawPublicKey(createPublicKey(privateKey)) };
  } finally {
    der.fill(0);
  }
}

/** Every string of 32 octets is taken; `agreeX25519` finds out the points of low order. */
export function importX25519Public(octets: Buffer): KeyObject {
  return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "X25519", x: octets.toString("base64url") } });
}

/**
 * The shared secret, which the caller wipes; `undefined` when it would be all zero because the public key is a point
 * of low order (RFC 7748 §6.1). OpenSSL refuses those itself.
 */
export function agreeX25519(privateKey: KeyObject, publicKey: KeyObject): Buffer | undefined {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    return undefined;
  }
}

function rawPublicKey(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
}
