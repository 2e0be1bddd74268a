// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import type { KeyKind, MessageHead, Recipient, Stanza } from "./contract.ts";
import { fileKeyBytes, formatHeader } from "./header.ts";
import { payloadKeyOctets, payloadNonceBytes } from "./stream.ts";

/** Octets of the header for one recipient of each kind; the format fixes the lengths of all its parts. */
const headerBytesOf = { mlkem768x25519: 1627, x25519: 168 } as const satisfies Record<KeyKind, number>;

/** Octets of a message's head: header and payload nonce. */
export function headBytes(kind: KeyKind): number {
  return headerBytesOf[kind] + payloadNonceBytes;
}

/** A fresh head for one message. This is nearly all that sealing a small message costs. */
export function makeMessageHead(recipient: Recipient): MessageHead {
  const fileKey = generateFileKey();
  return headWithFileKey(fileKey, recipient.wrapFileKey(fileKey));
}

/** As `makeMessageHead`, with a file key that was wrapped already. Takes over the file key and wipes it. */
export function headWithFileKey(fileKey: Buffer, stanza: Stanza): MessageHead {
  const nonce = randomBytes(payloadNonceBytes);
  const octets = Buffer.concat([formatHeader([stanza], fileKey), nonce]);
  const payloadKey = payloadKeyOctets(fileKey, nonce);
  fileKey.fill(0);
  return { octets, payloadKey };
}

/** Fresh for every message, never used twice. */
export function generateFileKey(): Buffer {
  return randomBytes(fileKeyBytes);
}
