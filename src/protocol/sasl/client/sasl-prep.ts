// SPDX-License-Identifier: Apache-2.0

/** RFC 4013 §2.1: blanks of other scripts become the blank (RFC 3454 table C.1.2). */
const otherBlanks = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
/** RFC 3454 table B.1: characters that vanish. */
const vanishing = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200c\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;
/** RFC 4013 §2.3: controls, private use, non-characters, surrogates, tags and what changes the direction. */
const prohibited =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u0340\u0341\u200e\u200f\u2028-\u202e\u2061-\u206f\ufff9-\ufffd\u2ff0-\u2ffb]|[\u{e0001}-\u{e007f}]|[\u{1d173}-\u{1d17a}]/u;

/**
 * Prepares a user name or password for SCRAM (RFC 4013). `undefined`: it holds a prohibited character. Unassigned code
 * points pass, as for a query, and the check of mixed directions is left to the server that stored the password.
 */
export function saslPrep(text: string): string | undefined {
  const prepared = text.replace(otherBlanks, " ").replace(vanishing, "").normalize("NFKC");
  return prohibited.test(prepared) ? undefined : prepared;
}
