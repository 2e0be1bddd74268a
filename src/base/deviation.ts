// SPDX-License-Identifier: Apache-2.0

/** Bits that say which octets of a content POP3 cannot carry as they are (RFC 1939 §3). */
export const Deviation = {
  bareLf: 1,
  bareCr: 2,
  nul: 4,
  noFinalCrlf: 8,
} as const;
