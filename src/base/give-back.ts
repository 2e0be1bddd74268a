// SPDX-License-Identifier: Apache-2.0

/**
 * Frees the memory of a buffer at once; the buffer is empty afterwards. Left to the garbage collector, 64 MiB of chunks
 * pile up before it looks, and every chunk is written to cold memory: sealing takes twice the time. Only for buffers
 * that nobody else has; one that shares its memory (Node's pool) or has none is left alone.
 */
export function giveBack(bytes: Uint8Array): void {
  const memory = ownMemory(bytes);
  if (bytes.length > 0) memory?.transfer(0);
}

/** The memory of a buffer when it is all its own, so that it may be handed to another thread; else `undefined`. */
export function ownMemory(bytes: Uint8Array): ArrayBuffer | undefined {
  const memory = bytes.buffer;
  return memory instanceof ArrayBuffer && memory.byteLength === bytes.length ? memory : undefined;
}
