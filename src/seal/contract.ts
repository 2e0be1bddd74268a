// SPDX-License-Identifier: Apache-2.0
import type { XWingPrivate } from "./x-wing.ts";
import type { X25519Pair } from "./x25519.ts";

/**
 * The sealed-message format is age v1 (C2SP age). `seal.ts` can only seal, `unseal.ts` can only open: rules name them
 * apart (I6). Everything streams in chunks of 64 KiB with constant memory.
 */

/** The kinds of key pair a mailbox can have; each has its own stanza type in the sealed header. */
export type KeyKind = "mlkem768x25519" | "x25519";

/** One entry of a sealed header: the file key wrapped for one recipient. */
export interface Stanza {
  /** `mlkem768x25519`, `X25519`, `scrypt`, or one that we do not know and pass over. */
  readonly type: string;
  readonly args: readonly string[];
  readonly body: Buffer;
}

/** A parsed public key that messages are sealed to; parse once, use for many. See `parseRecipient` in `keys.ts`. */
export interface Recipient {
  readonly kind: KeyKind;
  /** The text form, `age1pq1…` or `age1…`. */
  readonly text: string;
  /** Wraps the 16 bytes of a fresh file key; the caller wipes them. */
  wrapFileKey(fileKey: Uint8Array): Stanza;
}

/** The start of one sealed message, used once: its header and payload nonce. */
export interface MessageHead {
  /** Header and payload nonce; valid until the next head is taken from the same source. */
  readonly octets: Buffer;
  /** What the payload behind it is sealed with, 32 octets. Whoever uses it wipes it. */
  readonly payloadKey: Buffer;
}

/** Where a sealer takes heads from; see `HeadsAhead`. */
export interface HeadSource {
  take(recipient: Recipient): MessageHead;
}

/** Seals one plaintext. Order: `update` as often as wanted, then `finish` once. Synchronous; no I/O. */
export interface Sealer {
  /**
   * Takes plaintext; returns the sealed bytes that are complete, often none. The first bytes are the header.
   * The plaintext is copied or used up: the caller may overwrite it afterwards. Every returned buffer has an
   * `ArrayBuffer` of its own, so that it can be transferred to another thread.
   */
  update(plaintext: Uint8Array): readonly Buffer<ArrayBuffer>[];
  /** Seals what is left; returns the last bytes, one buffer. A message of up to 64 KiB comes wholly from here. */
  finish(): readonly Buffer<ArrayBuffer>[];
}

/** A parsed private key. Whoever parses one wipes it. See `identity.ts`. */
export interface Identity {
  readonly kind: KeyKind;
  /** The recipient it belongs to, `age1pq1…` or `age1…`. */
  readonly recipient: string;
  /**
   * The file key, or `undefined` when the stanza is for somebody else; the caller wipes it.
   * Throws `seal/damaged-header` for a stanza that breaks the rules of its type.
   */
  unwrapFileKey(stanza: Stanza): Buffer | undefined;
  /** The key objects, for another thread: they travel by reference. Throws `seal/bad-key` after `wipe`. */
  keys(): SharedKeys;
  /** Lets go of the private key. Using the identity afterwards throws `seal/bad-key`. */
  wipe(): void;
}

/** An identity's keys in a form that can be posted to another thread; `identityOfKeys` makes an identity of them. */
export type SharedKeys =
  | { readonly kind: "mlkem768x25519"; readonly key: XWingPrivate }
  | { readonly kind: "x25519"; readonly key: X25519Pair };

/** Opens one sealed message. Order: `update` as often as wanted, then `finish` once. Synchronous; no I/O. */
export interface Unsealer {
  /**
   * Takes sealed bytes (copied or used up); returns the plaintext of every chunk that is complete and authentic.
   * Throws `seal/damaged-header`, `seal/no-identity-match` or `seal/damaged-payload`. When a chunk fails behind good
   * ones, the good ones are returned and the next call throws, so what is released never depends on how the input
   * was cut. After a throw the unsealer stays failed.
   */
  update(sealed: Uint8Array): readonly Buffer[];
  /** The end of the input: returns the last plaintext. Throws as `update`, also when the message is cut off. */
  finish(): readonly Buffer[];
}
