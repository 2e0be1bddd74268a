// SPDX-License-Identifier: Apache-2.0

/**
 * The sealed-message format is age v1 (C2SP age). `seal.ts` can only seal, `unseal.ts` can only open: rules name them
 * apart (I6). Everything streams in chunks of 64 KiB with constant memory.
 */

/** A parsed public key that messages are sealed to; parse once, use for many. See `parseRecipient` in `keys.ts`. */
export interface Recipient {
  readonly kind: "mlkem768x25519" | "x25519";
  /** The text form, `age1pq1…` or `age1…`. */
  readonly text: string;
}

/** Seals one plaintext. Order: `update` as often as wanted, then `finish` once. Synchronous; no I/O. */
export interface Sealer {
  /** Takes plaintext; returns the sealed bytes that are complete, often none. The first bytes are the header. */
  update(plaintext: Uint8Array): readonly Uint8Array[];
  /** Seals what is left; returns the last bytes. */
  finish(): readonly Uint8Array[];
}
