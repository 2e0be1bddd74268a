// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { CR, LF } from "../base/bytes.ts";
import { PosternError } from "../base/errors.ts";
import { SecretBytes } from "../base/secret.ts";
import { decodeBech32, encodeBech32, toUpperCase } from "./bech32.ts";
import type { Identity, KeyKind, SharedKeys, Stanza } from "./contract.ts";
import { formatRecipient } from "./keys.ts";
import { sealWithPassphrase, unsealWithPassphrase, type WorkLimit } from "./passphrase-file.ts";
import { unwrapMlkem768x25519 } from "./stanza-mlkem768x25519.ts";
import { unwrapX25519 } from "./stanza-x25519.ts";
import { importXWingPrivate } from "./x-wing.ts";
import { importX25519Private } from "./x25519.ts";

/** Private keys: made, parsed, and kept under a passphrase as `identity.age`. */

/** For those who sign in and know keys by this module alone. */
export type { Identity } from "./contract.ts";

const prefixOf = {
  mlkem768x25519: "age-secret-key-pq-",
  x25519: "age-secret-key-",
} as const satisfies Record<KeyKind, string>;

/** Both kinds are 32 random bytes: an X-Wing seed, an X25519 scalar. */
const privateKeyBytes = 32;

/** A new key pair: the identity as text (`AGE-SECRET-KEY-PQ-1…`, `AGE-SECRET-KEY-1…`), which the caller wipes. */
export function generateIdentity(kind: KeyKind): { readonly identity: SecretBytes; readonly recipient: string } {
  const privateKey = randomBytes(privateKeyBytes);
  try {
    const identity = SecretBytes.own(toUpperCase(encodeBech32(prefixOf[kind], privateKey)));
    return { identity, recipient: openKey(kind, privateKey).recipient };
  } finally {
    privateKey.fill(0);
  }
}

/** Parses the text of one identity, in any one letter case. Throws `seal/bad-key`. `text` stays the caller's. */
export function parseIdentity(text: SecretBytes): Identity {
  const decoded = decodeBech32(text.expose());
  if (decoded === undefined) throw badIdentity("it is mistyped or cut off");
  const { prefix, bytes } = decoded;
  try {
    if (bytes.length !== privateKeyBytes) throw badIdentity("it has a wrong length");
    if (prefix === prefixOf.mlkem768x25519) return openKey("mlkem768x25519", bytes);
    if (prefix === prefixOf.x25519) return openKey("x25519", bytes);
    throw badIdentity("it is of an unknown kind");
  } finally {
    bytes.fill(0);
  }
}

/** The recipient that belongs to an identity. Throws `seal/bad-key`. */
export function recipientOf(text: SecretBytes): string {
  return parseIdentity(text).recipient;
}

/**
 * `identity.age`: an age identity file (text, one identity a line, `#` for comments) sealed with a passphrase, so that
 * `age -d identity.age` prints what `age -i` reads. `logN` is log2 of scrypt's N: 14 or 15 for generated passphrases of
 * 128 bits, 18 for chosen ones. Throws `seal/bad-key` when the text is not an identity. Both secrets stay the caller's.
 */
export async function wrapIdentity(identity: SecretBytes, passphrase: SecretBytes, logN: number): Promise<Uint8Array> {
  parseIdentity(identity).wipe();
  const content = Buffer.concat([identity.expose(), Buffer.from([LF])]);
  try {
    return await sealWithPassphrase(content, passphrase, logN);
  } finally {
    content.fill(0);
  }
}

/**
 * Opens `identity.age`. Throws `seal/wrong-passphrase`, `seal/damaged-header` (also for a work factor above the limit),
 * `seal/damaged-payload`, `seal/no-identity-match` (not sealed with a passphrase) or `seal/bad-key`.
 */
export async function unwrapIdentity(
  identityFile: Uint8Array,
  passphrase: SecretBytes,
  limit: WorkLimit,
): Promise<Identity> {
  const text = await unwrapIdentityText(identityFile, passphrase, limit);
  try {
    return parseIdentity(text);
  } finally {
    text.wipe();
  }
}

/** As `unwrapIdentity`, but the text of the identity, to seal it again with another passphrase. The caller wipes it. */
export async function unwrapIdentityText(
  identityFile: Uint8Array,
  passphrase: SecretBytes,
  limit: WorkLimit,
): Promise<SecretBytes> {
  const content = await unsealWithPassphrase(identityFile, passphrase, limit);
  try {
    return SecretBytes.own(Buffer.from(findIdentityLine(content)));
  } finally {
    content.fill(0);
  }
}

const commentMark = 0x23;

/** The one line that is neither empty nor a comment, in the memory of `content`. */
function findIdentityLine(content: Buffer): Buffer {
  let found: Buffer | undefined;
  for (let at = 0; at < content.length; ) {
    const lineFeed = content.indexOf(LF, at);
    const end = lineFeed < 0 ? content.length : lineFeed;
    const line = content.subarray(at, content[end - 1] === CR ? end - 1 : end);
    at = end + 1;
    if (line.length === 0 || line[0] === commentMark) continue;
    if (found !== undefined) throw badIdentity("the file holds more than one");
    found = line;
  }
  if (found === undefined) throw badIdentity("the file holds none");
  return found;
}

/** What every refusal of an identity says; never the text itself. */
function badIdentity(detail: string): PosternError {
  return new PosternError("seal/bad-key", `identity: ${detail}`);
}

/** `privateKey` stays the caller's. */
function openKey(kind: KeyKind, privateKey: Uint8Array): Identity {
  return identityOfKeys(
    kind === "mlkem768x25519"
      ? { kind, key: importXWingPrivate(privateKey) }
      : { kind, key: importX25519Private(privateKey) },
  );
}

/** An identity of keys that another thread gave. */
export function identityOfKeys(keys: SharedKeys): Identity {
  return new KeyedIdentity(keys);
}

/**
 * The key itself lives in key objects of OpenSSL, which cleanses them when they are collected; `wipe` lets go of the
 * only reference to them in this thread.
 */
class KeyedIdentity implements Identity {
  readonly kind: KeyKind;
  readonly recipient: string;
  #keys: SharedKeys | undefined;

  constructor(keys: SharedKeys) {
    this.kind = keys.kind;
    this.recipient = formatRecipient(keys.kind, keys.key.publicKey);
    this.#keys = keys;
  }

  keys(): SharedKeys {
    if (this.#keys === undefined) throw badIdentity("it was wiped");
    return this.#keys;
  }

  unwrapFileKey(stanza: Stanza): Buffer | undefined {
    const keys = this.keys();
    return keys.kind === "mlkem768x25519" ? unwrapMlkem768x25519(keys.key, stanza) : unwrapX25519(keys.key, stanza);
  }

  wipe(): void {
    this.#keys = undefined;
  }
}
