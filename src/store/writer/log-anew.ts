// SPDX-License-Identifier: Apache-2.0
import { closeSync, existsSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { DataDirectory } from "../data-directory.ts";

const pieceBytes = 256 * 1024;

/**
 * Writes the index's write-ahead log over itself. After a sync of it has failed the kernel may take its pages for clean,
 * so that the next sync, with which SQLite begins a checkpoint, would succeed and mean nothing. Written again they are
 * dirty again. Only for the writer, with no transaction open; readers see the same octets.
 */
export function writeLogAnew(directory: DataDirectory): void {
  const path = `${directory.index}-wal`;
  if (!existsSync(path)) return;
  const descriptor = openSync(path, "r+");
  try {
    const piece = Buffer.alloc(pieceBytes);
    const { size } = fstatSync(descriptor);
    for (let at = 0; at < size; ) {
      const bytes = readSync(descriptor, piece, 0, Math.min(pieceBytes, size - at), at);
      if (bytes === 0) return;
      for (let written = 0; written < bytes; )
        written += writeSync(descriptor, piece, written, bytes - written, at + written);
      at += bytes;
    }
  } finally {
    closeSync(descriptor);
  }
}
