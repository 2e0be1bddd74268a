// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";

/** Where things lie in a data directory; `docs/formats/data-directory.md` describes them. */
export interface DataDirectory {
  readonly root: string;
  readonly index: string;
  /** Who may administer, and the audit trail. */
  readonly accounts: string;
  readonly lock: string;
  readonly lockHolder: string;
  readonly segments: string;
  readonly large: string;
  /** A copy of each row of the registry. */
  readonly mailboxes: string;
  /** What a repair put aside. */
  readonly damaged: string;
}

export function dataDirectory(root: string): DataDirectory {
  return {
    root,
    index: join(root, "index.sqlite"),
    accounts: join(root, "accounts.sqlite"),
    lock: join(root, "lock.sqlite"),
    lockHolder: join(root, "lock.pid"),
    segments: join(root, "segments"),
    large: join(root, "large"),
    mailboxes: join(root, "mailboxes"),
    damaged: join(root, "damaged"),
  };
}

/** Stands in a message's `segment` column when it has a file of its own. Segment numbers start at 1. */
export const noSegment = 0;

export function segmentPath(directory: DataDirectory, segment: number): string {
  return join(directory.segments, segmentName(segment));
}

export function segmentName(segment: number): string {
  return `${segment.toString().padStart(8, "0")}.seg`;
}

/** The number in a segment's file name; `undefined` when it is not one. */
export function parseSegmentName(name: string): number | undefined {
  const digits = /^(\d{8,15})\.seg$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function largePath(directory: DataDirectory, uniqueId: string): string {
  return join(directory.large, largeName(uniqueId));
}

export function largeName(uniqueId: string): string {
  return `${uniqueId}.age`;
}
