// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";

/**
 * SQLite's write-ahead log, read as https://www.sqlite.org/fileformat2.html#walformat says. SQLite ends its reading at the
 * first frame whose check sum is wrong and takes all behind it for what a power cut left. After a power cut that is at most
 * one transaction, because each is synced before the next begins. More behind it was synced, and acknowledged, and is
 * there: the log is damaged, and SQLite would drop that silently.
 */
export interface IndexLog {
  readonly pageBytes: number;
  readonly frames: readonly LogFrame[];
  /** The first frame that SQLite would not read; `frames.length` when it reads them all. */
  readonly firstBad: number;
  /** Transactions behind `firstBad` that were complete once. */
  readonly lostTransactions: number;
}

export interface LogFrame {
  readonly page: number;
  /** Pages in the database after it, when it ends a transaction; else 0. */
  readonly databasePages: number;
  /** Where its page begins in the file. */
  readonly at: number;
  /** Its check sum is right behind the one of the frame before, as that is written. */
  readonly whole: boolean;
}

const headerBytes = 32;
const frameHeaderBytes = 24;
/** What SQLite takes where nobody says otherwise, and we do not. */
const indexPageBytes = 4096;
const magic = 0x37_7f_06_82;
/** Of the host in whose order the sums are taken: the last bit of the magic number says big-endian. */
const littleHost = endianness() === "LE";

/** `undefined` when there is no log, or none with anything in it. Throws when it cannot be read. */
export function readIndexLog(path: string): IndexLog | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return readLog(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}

function readLog(descriptor: number, fileBytes: number): IndexLog | undefined {
  if (fileBytes <= headerBytes + frameHeaderBytes) return undefined;
  const header = Buffer.alloc(headerBytes);
  readSync(descriptor, header, 0, headerBytes, 0);
  const bigEndian = (header.readUInt32BE(0) & 1) === 1;
  const sums = checkSum(header.subarray(0, 24), [0, 0], bigEndian);
  const known = (header.readUInt32BE(0) & ~1) === magic && sums[0] === header.readUInt32BE(24);
  if (!known || sums[1] !== header.readUInt32BE(28)) return readWithoutHeader(descriptor, fileBytes, header);
  const pageBytes = header.readUInt32BE(8);
  const salts = header.subarray(16, 24);
  const frames = readFrames(descriptor, { fileBytes, pageBytes, bigEndian, salts, start: startSums(header) });
  const bad = frames.findIndex(({ whole }) => !whole);
  const firstBad = bad < 0 ? frames.length : bad;
  return { pageBytes, frames, firstBad, lostTransactions: countLost(frames, firstBad) };
}

/**
 * SQLite takes a log with a damaged header for an empty one. What the frames themselves say is enough to know better; the
 * size of a page is the one that our index has.
 */
function readWithoutHeader(descriptor: number, fileBytes: number, header: Buffer): IndexLog | undefined {
  const salts = Buffer.alloc(8);
  readSync(descriptor, salts, 0, salts.length, headerBytes + 8);
  const start = startSums(header);
  const tries = [true, false].map((bigEndian) =>
    readFrames(descriptor, { fileBytes, pageBytes: indexPageBytes, bigEndian, salts, start }),
  );
  const frames = tries.toSorted((a, b) => b.length - a.length)[0] ?? [];
  return { pageBytes: indexPageBytes, frames, firstBad: 0, lostTransactions: countLost(frames, 0) };
}

function startSums(header: Buffer): Sums {
  return [header.readUInt32BE(24), header.readUInt32BE(28)];
}

/** Frames of this generation of the log: those of an earlier one, which are still in the file, have other salts. */
function readFrames(
  descriptor: number,
  log: {
    readonly fileBytes: number;
    readonly pageBytes: number;
    readonly bigEndian: boolean;
    readonly salts: Buffer;
    readonly start: Sums;
  },
): readonly LogFrame[] {
  const frames: LogFrame[] = [];
  const frameBytes = frameHeaderBytes + log.pageBytes;
  const frame = Buffer.alloc(frameBytes);
  let before = log.start;
  for (let start = headerBytes; start + frameBytes <= log.fileBytes; start += frameBytes) {
    readSync(descriptor, frame, 0, frameBytes, start);
    const ofThisLog = frame.subarray(8, 16).equals(log.salts);
    const sums = checkSum(frame.subarray(0, 8), before, log.bigEndian);
    const [first, second] = checkSum(frame.subarray(frameHeaderBytes), sums, log.bigEndian);
    before = [frame.readUInt32BE(16), frame.readUInt32BE(20)];
    const whole = ofThisLog && first === before[0] && second === before[1];
    const at = start + frameHeaderBytes;
    frames.push({ page: frame.readUInt32BE(0), databasePages: frame.readUInt32BE(4), at, whole });
  }
  // What follows the last whole frame is an earlier generation, or was never finished.
  return frames.slice(0, frames.findLastIndex(({ whole }) => whole) + 1);
}

/**
 * The transaction that holds the bad frame may be what a power cut left, as long as nothing follows it. `frames` ends with
 * a whole frame, so anything behind `firstBad` is of this log.
 */
function countLost(frames: readonly LogFrame[], firstBad: number): number {
  const ends = frames.flatMap(({ databasePages }, at) => (at >= firstBad && databasePages > 0 ? [at] : []));
  const [first] = ends;
  return first === undefined || first === frames.length - 1 ? 0 : ends.length;
}

type Sums = readonly [number, number];

/** Two running sums over pairs of 32-bit words. */
function checkSum(bytes: Buffer, start: Sums, bigEndian: boolean): Sums {
  let [first, second] = start;
  if (bigEndian === littleHost) {
    for (let at = 0; at < bytes.length; at += 8) {
      first = (first + readWord(bytes, at, bigEndian) + second) >>> 0;
      second = (second + readWord(bytes, at + 4, bigEndian) + first) >>> 0;
    }
    return [first, second];
  }
  // The host's own order, which is nearly always: many times faster than a call for each word.
  const words = new Uint32Array(bytes.length / 4);
  Buffer.from(words.buffer).set(bytes);
  for (let at = 0; at < words.length; at += 2) {
    first = (first + (words[at] ?? 0) + second) >>> 0;
    second = (second + (words[at + 1] ?? 0) + first) >>> 0;
  }
  return [first, second];
}

function readWord(bytes: Buffer, at: number, bigEndian: boolean): number {
  return bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
}
