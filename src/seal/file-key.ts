// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import { decrypt, encryptInto, tagBytes } from "./aead.ts";
import { decodeBase64 } from "./base64.ts";
import type { Stanza } from "./contract.ts";
import { damagedHeader, fileKeyBytes } from "./header.ts";

/** What the three stanza types have in common: a body of 32 bytes, the file key under a wrap key. */

const zeroNonce = Buffer.alloc(12);

/** A file key under a wrap key that is used once; hence a nonce of zeros is right (C2SP age, "Recipient stanzas"). */
export function wrapFileKey(wrapKey: KeyObject, fileKey: Uint8Array, nonce: Buffer = zeroNonce): Buffer {
  const body = Buffer.alloc(fileKey.length + tagBytes);
  encryptInto({ key: wrapKey, nonce }, fileKey, body);
  return body;
}

/** The file key, or `undefined` when `wrapKey` is not the one. */
export function unwrapFileKey(wrapKey: KeyObject, body: Buffer, nonce: Buffer = zeroNonce): Buffer | undefined {
  return decrypt(wrapKey, nonce, body);
}

/**
 * The arguments of a stanza, which must be `count`, beside a body of the right length. The length is checked before
 * anything is decrypted: a body that opens under several keys would tell an attacker which (partitioning oracle).
 */
export function expectArguments(stanza: Stanza, count: number): readonly string[] {
  if (stanza.args.length !== count) throw damagedHeader(`a ${stanza.type} stanza has a wrong number of arguments`);
  if (stanza.body.length !== fileKeyBytes + tagBytes) throw damagedHeader(`a ${stanza.type} stanza has a wrong body`);
  return stanza.args;
}

/** A base64 argument of exactly `bytes` octets. */
export function expectOctets(stanza: Stanza, argument: string | undefined, bytes: number): Buffer {
  const octets = argument === undefined ? undefined : decodeBase64(argument);
  if (octets?.length !== bytes) throw damagedHeader(`a ${stanza.type} stanza has a malformed argument`);
  return octets;
}
