// SPDX-License-Identifier: Apache-2.0
import { crc32 } from "node:zlib";
import type { MailboxId, UniqueId } from "../base/ids.ts";
import { formatUniqueId, parseMailboxId, parseUniqueId } from "../base/ids.ts";

/**
 * One message in a segment file: this header, then the sealed bytes. The header says everything the index knows about
 * the message when it arrives, so that a lost index can be rebuilt from the segments.
 * `docs/formats/data-directory.md` is the normative description; all numbers are little-endian.
 */
export interface RecordHeader {
  readonly uniqueId: UniqueId;
  readonly mailbox: MailboxId;
  /** As the index codes it, see `sourceCodes`. */
  readonly source: number;
  readonly receivedAtMs: number;
  readonly sealedBytes: number;
  readonly traceBytes: number;
  readonly contentBytes: number;
  readonly contentPop3Bytes: number;
  readonly deviations: number;
}

export const recordHeaderBytes = 80;

/** What every header begins with. */
export const recordMagic: Uint8Array = Buffer.from("PSTR", "latin1");

const magic = 0x52_54_53_50; // "PSTR", read as a number
const layoutVersion = 1;
const crcAt = 76;
const twoTo32 = 2 ** 32;

/** Writes the header at the start of `target`, which has room for it. */
export function writeRecordHeader(target: Buffer, header: RecordHeader): void {
  const id = parseUniqueId(header.uniqueId);
  if (id === undefined) throw new RangeError("not a unique-id");
  target.fill(0, 0, recordHeaderBytes);
  target.writeUInt32LE(magic, 0);
  target.writeUInt8(layoutVersion, 4);
  target.writeUInt8(header.source, 5);
  target.writeUInt16LE(header.deviations, 6);
  writeUInt64(target, id.sequence, 8);
  writeUInt64(target, header.receivedAtMs, 16);
  target.write(header.mailbox.slice(4), 24, "hex");
  target.write(id.epoch, 40, "latin1");
  target.writeUInt32LE(header.sealedBytes, 48);
  target.writeUInt32LE(header.traceBytes, 52);
  target.writeUInt32LE(header.contentBytes, 56);
  target.writeUInt32LE(header.contentPop3Bytes, 60);
  target.writeUInt32LE(crc32(target.subarray(0, crcAt)), crcAt);
}

/** Reads a header at the start of `source`; `undefined` when there is none or it is damaged. */
export function readRecordHeader(source: Buffer): RecordHeader | undefined {
  if (source.length < recordHeaderBytes) return undefined;
  if (source.readUInt32LE(0) !== magic || source.readUInt8(4) !== layoutVersion) return undefined;
  if (source.readUInt32LE(crcAt) !== crc32(source.subarray(0, crcAt))) return undefined;
  const mailbox = parseMailboxId(`mbx-${source.toString("hex", 24, 40)}`);
  if (mailbox === undefined) return undefined;
  return {
    uniqueId: formatUniqueId(source.toString("latin1", 40, 48), readUInt64(source, 8)),
    mailbox,
    source: source.readUInt8(5),
    receivedAtMs: readUInt64(source, 16),
    sealedBytes: source.readUInt32LE(48),
    traceBytes: source.readUInt32LE(52),
    contentBytes: source.readUInt32LE(56),
    contentPop3Bytes: source.readUInt32LE(60),
    deviations: source.readUInt16LE(6),
  };
}

function writeUInt64(target: Buffer, value: number, at: number): void {
  target.writeUInt32LE(value % twoTo32, at);
  target.writeUInt32LE(Math.floor(value / twoTo32), at + 4);
}

function readUInt64(source: Buffer, at: number): number {
  return source.readUInt32LE(at) + source.readUInt32LE(at + 4) * twoTo32;
}
