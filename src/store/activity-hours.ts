// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";

export const hourMs = 3_600_000;
/** A month to look at, with some days to compare it with. */
export const activityKeptMs = 40 * 24 * hourMs;
/** In place of a mailbox's number; those begin with 1. */
export const allMailboxes = 0;

/** What happened in one hour; hours in which nothing did have none. */
export interface ActivityHour {
  /** The start of the hour, UTC. */
  readonly atMs: number;
  readonly received: number;
  /** Sealed. */
  readonly receivedBytes: number;
  readonly pulled: number;
  /** By whoever pulled, or by an administrator. */
  readonly removed: number;
  readonly refused: number;
}

export function activityHour(row: Readonly<Record<string, unknown>>): ActivityHour {
  const number = (name: string): number => {
    const value = row[name];
    if (typeof value === "number") return value;
    throw new PosternError("store/damaged", `${name} of an hour`);
  };
  return {
    atMs: number("at"),
    received: number("received"),
    receivedBytes: number("received_bytes"),
    pulled: number("pulled"),
    removed: number("removed"),
    refused: number("refused"),
  };
}
