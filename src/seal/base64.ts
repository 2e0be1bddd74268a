// SPDX-License-Identifier: Apache-2.0

/** Base64 without padding, as sealed headers use it (RFC 4648 §4, RFC 4648 §3.2). */
export function encodeBase64(bytes: Buffer): string {
  const padded = bytes.toString("base64");
  if (padded.endsWith("==")) return padded.slice(0, -2);
  return padded.endsWith("=") ? padded.slice(0, -1) : padded;
}

/**
 * Reads unpadded base64; `undefined` unless it is the one canonical form (RFC 4648 §3.5). Node's decoder is lenient
 * (skips what it does not know, takes both alphabets), hence the comparison with what we would have written.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return encodeBase64(bytes) === text ? bytes : undefined;
}
