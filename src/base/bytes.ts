// SPDX-License-Identifier: Apache-2.0

export const CR = 13;
export const LF = 10;
export const DOT = 46;
export const NUL = 0;

/** A Buffer over the same memory; nothing is copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export const noBytes: Buffer = Buffer.alloc(0);

/**
 * A copy in memory of its own, for what is kept: a small buffer of `Buffer.from` or `Buffer.concat` keeps all of Node's
 * pool alive that it was cut from, which is 64 KiB.
 */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
