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
