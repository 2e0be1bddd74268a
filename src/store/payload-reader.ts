// SPDX-License-Identifier: Apache-2.0
import { type FileHandle, open } from "node:fs/promises";
import { PosternError } from "../base/errors.ts";
import { parseUniqueId, type UniqueId } from "../base/ids.ts";
import { type DataDirectory, largePath, noSegment, segmentPath } from "./data-directory.ts";
import { readRecordHeader, recordHeaderBytes } from "./record.ts";
import type { LocationRow } from "./thread-messages.ts";

/** Segment files kept open for reading. */
const openSegments = 32;

/** The sealed octets of one message, wherever they lie. */
export interface PayloadFile {
  read(position: number, maxBytes: number): Promise<Buffer>;
  close(): void;
}

/** Opens payload for reading on the thread pool. Segment files stay open for the next message. */
export class PayloadReader {
  readonly #directory: DataDirectory;
  readonly #segments = new Map<number, Promise<FileHandle>>();

  constructor(directory: DataDirectory) {
    this.#directory = directory;
  }

  /**
   * Throws `store/not-found` when the payload is not at this place (it may have moved: look the place up again) and
   * `store/damaged` when what is there is not a record.
   */
  async open(location: LocationRow, uniqueId: UniqueId): Promise<PayloadFile> {
    const { segment, offset, sealedBytes } = location;
    if (segment === noSegment) {
      const file = await open(largePath(this.#directory, uniqueId), "r").catch(notFound);
      return {
        read: (position, maxBytes) => readAt(file, position, Math.min(maxBytes, sealedBytes - position)),
        close: () => void file.close(),
      };
    }
    const file = await this.#segment(segment);
    const header = readRecordHeader(await readAt(file, offset, recordHeaderBytes));
    if (header === undefined) throw new PosternError("store/damaged", `no record at ${offset} of segment ${segment}`);
    if (parseUniqueId(header.uniqueId)?.sequence !== location.sequence) throw new PosternError("store/not-found");
    return {
      read: (position, maxBytes) =>
        readAt(file, offset + recordHeaderBytes + position, Math.min(maxBytes, sealedBytes - position)),
      close: () => undefined,
    };
  }

  /** A segment file is gone: what is still being read from it is read to its end, nothing new begins. */
  forget(segment: number): void {
    const file = this.#segments.get(segment);
    this.#segments.delete(segment);
    void file?.then((handle) => handle.close()).catch(() => undefined);
  }

  async close(): Promise<void> {
    for (const segment of [...this.#segments.keys()]) this.forget(segment);
  }

  #segment(segment: number): Promise<FileHandle> {
    const known = this.#segments.get(segment);
    if (known !== undefined) return known;
    const [oldest] = this.#segments.keys();
    if (oldest !== undefined && this.#segments.size >= openSegments) this.forget(oldest);
    const opened = open(segmentPath(this.#directory, segment), "r").catch(notFound);
    opened.catch(() => this.#segments.delete(segment));
    this.#segments.set(segment, opened);
    return opened;
  }
}

function notFound(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "ENOENT")
    throw new PosternError("store/not-found", "the payload is not there", { cause: error });
  throw error;
}

async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  if (bytes <= 0) return Buffer.alloc(0);
  const target = Buffer.allocUnsafe(bytes);
  const { bytesRead } = await file.read(target, 0, bytes, position);
  return target.subarray(0, bytesRead);
}
