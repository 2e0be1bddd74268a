// SPDX-License-Identifier: Apache-2.0
import { type FileHandle, open } from "node:fs/promises";
import { PosternError } from "../base/errors.ts";
import type { UniqueId } from "../base/ids.ts";
import { type DataDirectory, largePath, noSegment, segmentPath } from "./data-directory.ts";
import { type RecordHeader, readRecordHeader, recordHeaderBytes } from "./record.ts";
import type { LocationRow } from "./thread-messages.ts";

/** Segment files kept open for reading. */
const openSegments = 32;

/** Payload that is read together with its record header: nearly every message is then one read. */
const firstBytes = 128 * 1024;

/** What is needed to find a message's sealed octets. */
export type PayloadPlace = Pick<LocationRow, "sequence" | "segment" | "offset" | "sealedBytes">;

/** The sealed octets of one message, wherever they lie. */
export interface PayloadFile {
  /** What stands before it in a segment. */
  readonly header: RecordHeader | undefined;
  /** Up to `maxBytes` octets, fewer also before the end. Their memory is the caller's alone. */
  read(position: number, maxBytes: number): Promise<Buffer>;
  close(): void;
}

interface OpenSegment {
  readonly file: Promise<FileHandle>;
  readers: number;
  wanted: boolean;
}

/** Opens payload for reading on the thread pool. Segment files stay open for the next message. */
export class PayloadReader {
  readonly #directory: DataDirectory;
  readonly #segments = new Map<number, OpenSegment>();

  constructor(directory: DataDirectory) {
    this.#directory = directory;
  }

  /**
   * Throws `store/not-found` when the payload is not at this place (it may have moved: look the place up again) and
   * `store/damaged` when what is there is not a record.
   */
  async open(location: PayloadPlace, uniqueId: UniqueId): Promise<PayloadFile> {
    const { segment, offset, sealedBytes } = location;
    if (segment === noSegment) {
      const file = await open(largePath(this.#directory, uniqueId), "r").catch(notFound);
      return {
        header: undefined,
        read: (position, maxBytes) => readAt(file, position, Math.min(maxBytes, sealedBytes - position)),
        close: () => void file.close(),
      };
    }
    const opened = this.#segment(segment);
    opened.readers += 1;
    let closed = false;
    const close = (): void => {
      if (closed) return;
      closed = true;
      opened.readers -= 1;
      closeUnused(opened);
    };
    try {
      const file = await opened.file;
      const { header, payload } = await readRecord(file, offset, Math.min(sealedBytes, firstBytes));
      if (header === undefined) throw new PosternError("store/damaged", `no record at ${offset} of segment ${segment}`);
      if (header.uniqueId !== uniqueId) throw new PosternError("store/not-found", "another message is at its place");
      let first: Buffer | undefined = payload;
      const read = (position: number, maxBytes: number): Promise<Buffer> => {
        const there = position === 0 && first !== undefined && first.length <= maxBytes ? first : undefined;
        first = undefined;
        if (there !== undefined) return Promise.resolve(there);
        return readAt(file, offset + recordHeaderBytes + position, Math.min(maxBytes, sealedBytes - position));
      };
      return { header, read, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  /** A segment file is gone: what is still being read from it is read to its end, nothing new begins. */
  forget(segment: number): void {
    const opened = this.#segments.get(segment);
    if (opened === undefined) return;
    this.#segments.delete(segment);
    opened.wanted = false;
    closeUnused(opened);
  }

  /** Closes all of them, also under a reader that forgot to. */
  async close(): Promise<void> {
    const all = [...this.#segments.values()];
    this.#segments.clear();
    await Promise.all(all.map(({ file }) => file.then((handle) => handle.close()).catch(() => undefined)));
  }

  #segment(segment: number): OpenSegment {
    const known = this.#segments.get(segment);
    if (known !== undefined) return known;
    const [oldest] = this.#segments.keys();
    if (oldest !== undefined && this.#segments.size >= openSegments) this.forget(oldest);
    const file = open(segmentPath(this.#directory, segment), "r").catch(notFound);
    file.catch(() => this.#segments.delete(segment));
    const opened: OpenSegment = { file, readers: 0, wanted: true };
    this.#segments.set(segment, opened);
    return opened;
  }
}

/** Closes a segment that was forgotten when its last reader is done, so that its space goes back to the disk. */
function closeUnused({ file, readers, wanted }: OpenSegment): void {
  if (wanted || readers > 0) return;
  file.then((handle) => handle.close()).catch(() => undefined);
}

function notFound(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "ENOENT")
    throw new PosternError("store/not-found", "the payload is not there", { cause: error });
  throw error;
}

/** A record's header and the beginning of its payload, in one read. */
async function readRecord(
  file: FileHandle,
  offset: number,
  payloadBytes: number,
): Promise<{ readonly header: RecordHeader | undefined; readonly payload: Buffer }> {
  const [head, payload] = [Buffer.allocUnsafe(recordHeaderBytes), Buffer.allocUnsafeSlow(payloadBytes)];
  const { bytesRead } = await file.readv([head, payload], offset);
  const header = bytesRead < recordHeaderBytes ? undefined : readRecordHeader(head);
  const read = Math.max(0, bytesRead - recordHeaderBytes);
  return { header, payload: read === payloadBytes ? payload : payload.subarray(0, read) };
}

async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  if (bytes <= 0) return Buffer.alloc(0);
  // Not from Node's pool: it is the caller's, who may hand it to another thread.
  const target = Buffer.allocUnsafeSlow(bytes);
  const { bytesRead } = await file.read(target, 0, bytes, position);
  return target.subarray(0, bytesRead);
}
