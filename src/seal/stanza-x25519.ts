// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import { PosternError } from "../base/errors.ts";
import { encodeBase64 } from "./base64.ts";
import type { Stanza } from "./contract.ts";
import { expectArguments, expectOctets, unwrapFileKey, wrapFileKey } from "./file-key.ts";
import { damagedHeader } from "./header.ts";
import { hkdf32, ownSecretKey } from "./kdf.ts";
import { agreeX25519, generateX25519, importX25519Public, type X25519Pair, x25519Bytes } from "./x25519.ts";

/** The stanza of the classical recipient (C2SP age, "X25519"). */
const type = "X25519";
const info = "age-encryption.org/v1/X25519";

export interface X25519Public {
  readonly key: KeyObject;
  readonly octets: Buffer;
}

export function wrapForX25519(recipient: X25519Public, fileKey: Uint8Array): Stanza {
  const { privateKey, publicKey: share } = generateX25519();
  const secret = agreeX25519(privateKey, recipient.key);
  if (secret === undefined) throw new PosternError("seal/bad-key", "recipient: it is a point of low order");
  const wrapKey = deriveWrapKey(secret, share, recipient.octets);
  return { type, args: [encodeBase64(share)], body: wrapFileKey(wrapKey, fileKey) };
}

/** The file key, or `undefined` when the stanza is for somebody else. Throws `seal/damaged-header`. */
export function unwrapX25519(identity: X25519Pair, stanza: Stanza): Buffer | undefined {
  if (stanza.type !== type) return undefined;
  const [argument] = expectArguments(stanza, 1);
  const share = expectOctets(stanza, argument, x25519Bytes);
  const secret = agreeX25519(identity.privateKey, importX25519Public(share));
  if (secret === undefined) throw damagedHeader(`an ${type} stanza has a share of low order`);
  return unwrapFileKey(deriveWrapKey(secret, share, identity.publicKey), stanza.body);
}

/** Wipes the secret. */
function deriveWrapKey(secret: Buffer, share: Buffer, publicKey: Buffer): KeyObject {
  const wrapKey = hkdf32(secret, ownSecretKey(Buffer.concat([share, publicKey])), info);
  secret.fill(0);
  return wrapKey;
}
