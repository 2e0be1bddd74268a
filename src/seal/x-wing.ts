// SPDX-License-Identifier: Apache-2.0
import { createHash, decapsulate, encapsulate, type KeyObject } from "node:crypto";
import { ownCopy } from "../base/bytes.ts";
import {
  importMlKemPrivate,
  importMlKemPublic,
  mlKemCiphertextBytes,
  mlKemPublicBytes,
  mlKemSeedBytes,
} from "./ml-kem.ts";
import {
  agreeX25519,
  generateX25519,
  importX25519Private,
  importX25519Public,
  type X25519Pair,
  x25519Bytes,
} from "./x25519.ts";

/**
 * X-Wing, the KEM that joins ML-KEM-768 and X25519 (draft-connolly-cfrg-xwing-kem; MLKEM768-X25519 of
 * draft-ietf-hpke-pq). The secret holds while either of the two holds.
 */
export const xWingPublicBytes = mlKemPublicBytes + x25519Bytes;
export const xWingEncapsulatedBytes = mlKemCiphertextBytes + x25519Bytes;
export const xWingSeedBytes = 32;

/** The six octets of the emblem `\.//^\`, which end the combiner's input. */
const label = Buffer.from("5c2e2f2f5e5c", "hex");

export interface XWingPublic {
  readonly mlKem: KeyObject;
  readonly x25519: KeyObject;
  readonly x25519Octets: Buffer;
}

export interface XWingPrivate {
  readonly mlKem: KeyObject;
  readonly x25519: X25519Pair;
  /** The encoded public key, ML-KEM part first. */
  readonly publicKey: Buffer;
}

/** Parses an encoded public key of `xWingPublicBytes`. Throws what OpenSSL throws when it is not one. */
export function importXWingPublic(octets: Buffer): XWingPublic {
  const x25519Octets = ownCopy(octets.subarray(mlKemPublicBytes));
  return {
    mlKem: importMlKemPublic(octets.subarray(0, mlKemPublicBytes)),
    x25519: importX25519Public(x25519Octets),
    x25519Octets,
  };
}

/** Expands the 32-byte seed to both private keys. `seed` stays the caller's. */
export function importXWingPrivate(seed: Uint8Array): XWingPrivate {
  const expanded = createHash("shake256", { outputLength: mlKemSeedBytes + x25519Bytes })
    .update(seed)
    .digest();
  try {
    const mlKem = importMlKemPrivate(expanded.subarray(0, mlKemSeedBytes));
    const x25519 = importX25519Private(expanded.subarray(mlKemSeedBytes));
    return { mlKem: mlKem.privateKey, x25519, publicKey: Buffer.concat([mlKem.publicKey, x25519.publicKey]) };
  } finally {
    expanded.fill(0);
  }
}

/** A fresh shared secret, which the caller wipes. `undefined` when the X25519 public key is of low order. */
export function encapsulateXWing(
  recipient: XWingPublic,
): { readonly encapsulated: Buffer; readonly secret: Buffer } | undefined {
  const ephemeral = generateX25519();
  const x25519Secret = agreeX25519(ephemeral.privateKey, recipient.x25519);
  if (x25519Secret === undefined) return undefined;
  const { sharedKey, ciphertext } = encapsulate(recipient.mlKem);
  return {
    encapsulated: Buffer.concat([ciphertext, ephemeral.publicKey]),
    secret: combine(sharedKey, x25519Secret, ephemeral.publicKey, recipient.x25519Octets),
  };
}

/**
 * The shared secret, which the caller wipes; `undefined` when the X25519 part is of low order. A changed ML-KEM part
 * gives another secret, not an error (FIPS 203 §6.3, implicit rejection).
 */
export function decapsulateXWing(identity: XWingPrivate, encapsulated: Buffer): Buffer | undefined {
  const share = encapsulated.subarray(mlKemCiphertextBytes);
  const x25519Secret = agreeX25519(identity.x25519.privateKey, importX25519Public(share));
  if (x25519Secret === undefined) return undefined;
  const mlKemSecret = decapsulate(identity.mlKem, encapsulated.subarray(0, mlKemCiphertextBytes));
  return combine(mlKemSecret, x25519Secret, share, identity.x25519.publicKey);
}

/** SHA3-256 over both secrets, the X25519 ciphertext and public key, and the label. Wipes the secrets. */
function combine(mlKemSecret: Buffer, x25519Secret: Buffer, share: Buffer, publicKey: Buffer): Buffer {
  const hash = createHash("sha3-256").update(mlKemSecret).update(x25519Secret).update(share).update(publicKey);
  mlKemSecret.fill(0);
  x25519Secret.fill(0);
  return hash.update(label).digest();
}
