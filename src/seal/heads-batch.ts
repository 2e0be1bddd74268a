// SPDX-License-Identifier: Apache-2.0
import type { KeyKind, MessageHead } from "./contract.ts";
import { headBytes } from "./message-head.ts";
import { payloadKeyBytes } from "./stream.ts";

/** An order of heads for a recipient, in its text form. */
export interface HeadsWanted {
  readonly text: string;
  readonly count: number;
}

/** Heads side by side, each followed by its payload key. */
export interface HeadsMade {
  readonly text: string;
  readonly heads: ArrayBuffer;
}

/** Octets of one head with its key. */
export function recordBytes(kind: KeyKind): number {
  return headBytes(kind) + payloadKeyBytes;
}

/** Writes a head and its key over the whole of `record`; wipes the key where it came from. */
export function writeHead({ octets, payloadKey }: MessageHead, record: Buffer): void {
  record.set(octets);
  record.set(payloadKey, octets.length);
  payloadKey.fill(0);
}

/** What `writeHead` wrote, in the same memory. */
export function readHead(record: Buffer): MessageHead {
  const keyAt = record.length - payloadKeyBytes;
  return { octets: record.subarray(0, keyAt), payloadKey: record.subarray(keyAt) };
}
