// SPDX-License-Identifier: Apache-2.0

/** When a certificate is valid. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * From when on the end of a certificate is worth a word: `mostMs` before it, but not before two thirds of its life, for
 * some live for six days.
 */
export function endsSoonFromMs({ notBefore, notAfter }: Validity, mostMs: number): number {
  const lifeMs = notAfter.getTime() - notBefore.getTime();
  return notAfter.getTime() - Math.min(mostMs, lifeMs / 3);
}
