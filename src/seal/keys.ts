// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from "node:crypto";
import { ownCopy } from "../base/bytes.ts";
import { PosternError } from "../base/errors.ts";
import { decodeBech32, encodeBech32 } from "./bech32.ts";
import type { KeyKind, Recipient } from "./contract.ts";
import { wrapForMlkem768x25519 } from "./stanza-mlkem768x25519.ts";
import { wrapForX25519 } from "./stanza-x25519.ts";
import { importXWingPublic, xWingPublicBytes } from "./x-wing.ts";
import { agreeX25519, generateX25519, importX25519Public, x25519Bytes } from "./x25519.ts";

/** Public keys in the text form of age, parsed once and used for many messages. */
const prefixOf = { mlkem768x25519: "age1pq", x25519: "age" } as const satisfies Record<KeyKind, string>;

/** The text form of a raw public key. */
export function formatRecipient(kind: KeyKind, publicKey: Uint8Array): string {
  return encodeBech32(prefixOf[kind], publicKey).toString("latin1");
}

/**
 * Parses `age1pq1…` (post-quantum hybrid) or `age1…` (X25519), in lower case as the format wants it.
 * Throws `seal/bad-key` for anything else, also for a key that no message could be sealed to: better now than when
 * mail is waiting.
 */
export function parseRecipient(text: string): Recipient {
  const decoded = text === text.toLowerCase() ? decodeBech32(Buffer.from(text, "utf8")) : undefined;
  if (decoded === undefined) throw badRecipient("it is mistyped or cut off");
  const { prefix, bytes } = decoded;
  if (prefix === prefixOf.mlkem768x25519 && bytes.length === xWingPublicBytes) return hybridRecipient(text, bytes);
  if (prefix === prefixOf.x25519 && bytes.length === x25519Bytes) return classicalRecipient(text, bytes);
  throw badRecipient("it is of an unknown kind or length");
}

function hybridRecipient(text: string, octets: Buffer): Recipient {
  const publicKey = imported(() => importXWingPublic(octets));
  refuseLowOrder(publicKey.x25519);
  return { kind: "mlkem768x25519", text, wrapFileKey: (fileKey) => wrapForMlkem768x25519(publicKey, fileKey) };
}

function classicalRecipient(text: string, octets: Buffer): Recipient {
  const publicKey = { key: imported(() => importX25519Public(octets)), octets: ownCopy(octets) };
  refuseLowOrder(publicKey.key);
  return { kind: "x25519", text, wrapFileKey: (fileKey) => wrapForX25519(publicKey, fileKey) };
}

function imported<Key>(importKey: () => Key): Key {
  try {
    return importKey();
  } catch (cause) {
    throw badRecipient("its octets are not a public key", cause);
  }
}

function refuseLowOrder(publicKey: KeyObject): void {
  if (agreeX25519(generateX25519().privateKey, publicKey) === undefined) {
    throw badRecipient("its X25519 part is a point of low order");
  }
}

function badRecipient(detail: string, cause?: unknown): PosternError {
  return new PosternError("seal/bad-key", `recipient: ${detail}`, { cause });
}
