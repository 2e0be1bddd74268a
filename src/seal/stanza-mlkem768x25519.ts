// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import { encodeBase64 } from "./base64.ts";
import type { Stanza } from "./contract.ts";
import { expectArguments, expectOctets, unwrapFileKey, wrapFileKey } from "./file-key.ts";
import { damagedHeader } from "./header.ts";
import { hpkeContext } from "./hpke.ts";
import {
  decapsulateXWing,
  encapsulateXWing,
  type XWingPrivate,
  type XWingPublic,
  xWingEncapsulatedBytes,
} from "./x-wing.ts";

/** The stanza of the post-quantum hybrid recipient (C2SP age): HPKE SealBase of the file key, RFC 9180 §6.1. */
const type = "mlkem768x25519";

export function wrapForMlkem768x25519(recipient: XWingPublic, fileKey: Uint8Array): Stanza {
  const fresh = encapsulateXWing(recipient);
  if (fresh === undefined) throw new PosternError("seal/bad-key", "the X25519 part is a point of low order");
  const { key, nonce } = hpkeContext(fresh.secret);
  return { type, args: [encodeBase64(fresh.encapsulated)], body: wrapFileKey(key, fileKey, nonce) };
}

/** The file key, or `undefined` when the stanza is for somebody else. Throws `seal/damaged-header`. */
export function unwrapMlkem768x25519(identity: XWingPrivate, stanza: Stanza): Buffer | undefined {
  if (stanza.type !== type) return undefined;
  const [argument] = expectArguments(stanza, 1);
  const encapsulated = expectOctets(stanza, argument, xWingEncapsulatedBytes);
  const secret = decapsulateXWing(identity, encapsulated);
  if (secret === undefined) throw damagedHeader(`a ${type} stanza has a share of low order`);
  const { key, nonce } = hpkeContext(secret);
  return unwrapFileKey(key, stanza.body, nonce);
}
