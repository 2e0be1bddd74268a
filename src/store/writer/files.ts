// SPDX-License-Identifier: Apache-2.0
import type { OpenMode } from "node:fs";
import { closeSync, fdatasyncSync, fsync, fsyncSync, open, openSync, rmSync, writev, writevSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** The few file operations by which the store thread changes payload; a test hands in ones that fail. */
export interface Files {
  open(path: string, mode: OpenMode): number;
  /** Writes all of it at the end of the file, or throws. */
  append(descriptor: number, pieces: readonly Uint8Array[]): void;
  sync(descriptor: number): void;
  close(descriptor: number): void;
  syncDirectory(path: string): void;
  unlink(path: string): void;
  /** The same off the thread, for large messages: they must not keep the group commit waiting. */
  readonly large: {
    open(path: string): Promise<number>;
    write(descriptor: number, pieces: readonly Uint8Array[], position: number): Promise<void>;
    sync(descriptor: number): Promise<void>;
    syncDirectory(path: string): Promise<void>;
    unlink(path: string): Promise<void>;
  };
}

const openAsync = promisify(open);
const syncAsync = promisify(fsync);
const writeAsync = promisify(writev);

export const diskFiles: Files = {
  open: (path, mode) => openSync(path, mode, 0o600),
  append: appendAll,
  sync: fdatasyncSync,
  close: closeSync,
  syncDirectory(path) {
    const descriptor = openSync(path, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  unlink: (path) => rmSync(path, { force: true }),
  large: {
    open: (path) => openAsync(path, "wx", 0o600),
    async write(descriptor, pieces, position) {
      let left = pieces;
      for (let at = position; left.length > 0; ) {
        const { bytesWritten } = await writeAsync(descriptor, left, at);
        at += bytesWritten;
        left = behind(left, bytesWritten);
      }
    },
    sync: (descriptor) => syncAsync(descriptor),
    async syncDirectory(path) {
      const descriptor = await openAsync(path, "r");
      try {
        await syncAsync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
    unlink: (path) => rm(path, { force: true }),
  },
};

/** Throws what keeps a file from being written and synced. */
export function probeDisk(files: Files, folder: string): void {
  const path = join(folder, "probe");
  const descriptor = files.open(path, "w");
  try {
    files.append(descriptor, [Buffer.alloc(4096)]);
    files.sync(descriptor);
  } finally {
    files.close(descriptor);
    files.unlink(path);
  }
}

/** A write may be cut short, by a full disk above all; then the rest is tried, which tells why. */
function appendAll(descriptor: number, pieces: readonly Uint8Array[]): void {
  for (let left = pieces; left.length > 0; ) left = behind(left, writevSync(descriptor, left));
}

/** What is left of `pieces` when so many octets were written. */
function behind(pieces: readonly Uint8Array[], writtenBytes: number): readonly Uint8Array[] {
  let written = writtenBytes;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    const taken = Math.min(written, piece.length);
    written -= taken;
    if (taken < piece.length) rest.push(piece.subarray(taken));
  }
  return rest;
}
