// SPDX-License-Identifier: Apache-2.0

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { anonymousBytesOf } from "./process-cost.ts";

const looks = 3;

/** The environment of a Node.js process that `heldBytes` is to look at; its program knows nothing of it. */
export const collectsAtSignal: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--expose-gc --import=${pathToFileURL(join(import.meta.dirname, "collect-at-signal.ts")).href}`,
};

/**
 * Anonymous octets of a process from which every thread has just thrown its garbage away, the least of some looks:
 * without that, garbage of connections that came counts for those that are there.
 */
export async function heldBytes(pid: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < looks; look++) {
    process.kill(pid, "SIGUSR2");
    await sleep(1000);
    least = Math.min(least, await anonymousBytesOf(pid));
  }
  return least;
}
