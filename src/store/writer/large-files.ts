// SPDX-License-Identifier: Apache-2.0
import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import { PosternError } from "../../base/errors.ts";
import type { DataDirectory } from "../data-directory.ts";
import { largePath } from "../data-directory.ts";
import type { Epochs } from "../epochs.ts";
import type { Files } from "./files.ts";

interface OpenFile {
  readonly path: string;
  readonly hash: Hash;
  descriptor: number | undefined;
  position: number;
  /** The write under way, or the last one; they go one after the other. */
  last: Promise<void>;
}

/**
 * Files of large messages while they arrive: streamed, hashed and synced off the group commit, which they join when
 * they are durable. Named by sequence number, which belongs to one deposit alone.
 */
export class LargeFiles {
  readonly #files: Files;
  readonly #directory: DataDirectory;
  readonly #epochs: Epochs;
  readonly #open = new Map<number, OpenFile>();
  /** A directory sync that has not begun yet: all files created before it share it. */
  #nextDirectorySync: Promise<void> | undefined;
  #directorySync: Promise<void> = Promise.resolve();

  constructor(files: Files, directory: DataDirectory, epochs: Epochs) {
    this.#files = files;
    this.#directory = directory;
    this.#epochs = epochs;
  }

  open(sequence: number): void {
    const path = largePath(this.#directory, this.#epochs.uniqueId(sequence));
    const file: OpenFile = {
      path,
      hash: createHash("sha256"),
      descriptor: undefined,
      position: 0,
      last: Promise.resolve(),
    };
    file.last = this.#create(file);
    // Whoever writes next awaits it and gets the error; until then it must not count as unhandled.
    file.last.catch(() => undefined);
    this.#open.set(sequence, file);
  }

  /** Writes `pieces`, together of `bytes` octets, behind what was written. They may be freed when it resolves or rejects. */
  async write(sequence: number, pieces: readonly Uint8Array[], bytes: number): Promise<void> {
    const file = this.#require(sequence);
    file.last = this.#writeAfter(file, pieces, bytes);
    await file.last;
  }

  /**
   * Everything on the disk and synced: file, trailer and name. Returns the SHA-256 of what stands before the trailer. A
   * failed sync is never tried again.
   */
  async finish(sequence: number, trailer: Uint8Array): Promise<Buffer> {
    const file = this.#require(sequence);
    try {
      await file.last;
      const descriptor = descriptorOf(file);
      await this.#files.large.write(descriptor, [trailer], file.position);
      await this.#files.large.sync(descriptor);
      await this.#syncDirectory();
      file.descriptor = undefined;
      this.#files.close(descriptor);
      this.#open.delete(sequence);
      return file.hash.digest();
    } catch (error) {
      await this.discard(sequence);
      throw error;
    }
  }

  /** Forgets an unfinished file; what cannot be unlinked now is swept at the next start. */
  async discard(sequence: number): Promise<void> {
    const file = this.#open.get(sequence);
    if (file === undefined) return;
    this.#open.delete(sequence);
    await file.last.catch(() => undefined);
    if (file.descriptor !== undefined) this.#closeUnwanted(file.descriptor);
    await this.#files.large.unlink(file.path).catch(() => undefined);
  }

  /** Nobody waits for what a file says that is not wanted, and the thread must outlive it. */
  #closeUnwanted(descriptor: number): void {
    try {
      this.#files.close(descriptor);
    } catch {
      // It goes with the process.
    }
  }

  async discardAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((sequence) => this.discard(sequence)));
  }

  /** Unlinks the file of a message whose removal is durable. As with `discard`, a start sweeps what stays. */
  unlink(sequence: number): void {
    this.#files.large.unlink(largePath(this.#directory, this.#epochs.uniqueId(sequence))).catch(() => undefined);
  }

  async #create(file: OpenFile): Promise<void> {
    file.descriptor = await this.#files.large.open(file.path);
  }

  async #writeAfter(file: OpenFile, pieces: readonly Uint8Array[], bytes: number): Promise<void> {
    await file.last;
    for (const piece of pieces) file.hash.update(piece);
    const position = file.position;
    file.position += bytes;
    await this.#files.large.write(descriptorOf(file), pieces, position);
  }

  #syncDirectory(): Promise<void> {
    this.#nextDirectorySync ??= this.#directorySync
      .catch(() => undefined)
      .then(() => {
        this.#nextDirectorySync = undefined;
        this.#directorySync = this.#files.large.syncDirectory(this.#directory.large);
        return this.#directorySync;
      });
    return this.#nextDirectorySync;
  }

  #require(sequence: number): OpenFile {
    const file = this.#open.get(sequence);
    if (file === undefined) throw new PosternError("store/failing", "the file of a large message is gone");
    return file;
  }
}

function descriptorOf(file: OpenFile): number {
  if (file.descriptor === undefined) throw new PosternError("store/failing", "the file of a large message is closed");
  return file.descriptor;
}
