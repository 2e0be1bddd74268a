// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** ML-KEM-768 (FIPS 203) keys in and out of Node's key objects. */
export const mlKemPublicBytes = 1184;
export const mlKemCiphertextBytes = 1088;
export const mlKemSeedBytes = 64;

/** RFC 9935 §4: SubjectPublicKeyInfo with the encapsulation key at the end. */
const publicKeyPrefix = Buffer.from("308204b2300b0609608648016503040402038204a100", "hex");
/** RFC 9935 §6: PKCS #8 with the 64-byte seed d ‖ z at the end. */
const privateKeyPrefix = Buffer.from("3054020100300b060960864801650304040204428040", "hex");

/** Throws what OpenSSL throws when the octets are not a key (FIPS 203 §7.2, the modulus check). */
export function importMlKemPublic(octets: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicKeyPrefix, octets]), format: "der", type: "spki" });
}

/** `seed` stays the caller's. */
export function importMlKemPrivate(seed: Uint8Array): { readonly privateKey: KeyObject; readonly publicKey: Buffer } {
  const der = Buffer.concat([privateKeyPrefix, seed]);
  try {
    const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
    return { privateKey, publicKey: Buffer.from(spki.subarray(publicKeyPrefix.length)) };
  } finally {
    der.fill(0);
  }
}
