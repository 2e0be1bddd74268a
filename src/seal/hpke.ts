// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import { hkdfExpand32, hkdfExtract, noSalt, ownSecretKey } from "./kdf.ts";

/**
 * The key schedule of HPKE (RFC 9180 §5.1) in base mode for one suite: MLKEM768-X25519 (0x647a), HKDF-SHA256
 * (0x0001), ChaCha20-Poly1305 (0x0003), with the info string of age. What does not depend on the shared secret is
 * computed once.
 */
const suiteId = Buffer.concat([Buffer.from("HPKE", "latin1"), Buffer.from("647a00010003", "hex")]);
const info = Buffer.from("age-encryption.org/mlkem768x25519", "latin1");
const empty = Buffer.alloc(0);
const keyBytes = 32;
const nonceBytes = 12;

const secretInput = labeled("secret", empty);
const context = Buffer.concat([
  Buffer.from([0]), // mode_base
  hkdfExtract(noSalt, labeled("psk_id_hash", empty)).export(),
  hkdfExtract(noSalt, labeled("info_hash", info)).export(),
]);
const keyInfo = Buffer.concat([Buffer.from([0, keyBytes]), labeled("key", context)]);
const nonceInfo = Buffer.concat([Buffer.from([0, nonceBytes]), labeled("base_nonce", context)]);

/** Key and nonce for the one message of this context. Takes over the shared secret and wipes it. */
export function hpkeContext(sharedSecret: Buffer): { readonly key: KeyObject; readonly nonce: Buffer } {
  // LabeledExtract(shared_secret, "secret", psk): the shared secret is the salt, and base mode has no psk.
  const secret = hkdfExtract(ownSecretKey(sharedSecret), secretInput);
  return {
    key: ownSecretKey(hkdfExpand32(secret, keyInfo)),
    nonce: hkdfExpand32(secret, nonceInfo).subarray(0, nonceBytes),
  };
}

/** RFC 9180 §4: what LabeledExtract and LabeledExpand put before their input. */
function labeled(label: string, input: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from("HPKE-v1", "latin1"), suiteId, Buffer.from(label, "latin1"), input]);
}
