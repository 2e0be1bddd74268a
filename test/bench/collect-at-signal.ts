// SPDX-License-Identifier: Apache-2.0

/**
 * Loaded into a process before its program, in each of its threads: at SIGUSR2 all of them throw their garbage away, so
 * that what is left of the process's memory is what somebody holds. The program knows nothing of it.
 */
import { BroadcastChannel, isMainThread } from "node:worker_threads";

const channel = new BroadcastChannel("collect-at-signal");
channel.addEventListener("message", collect);
// It holds no thread back that wants to end.
channel.unref();
if (isMainThread)
  process.on("SIGUSR2", () => {
    channel.postMessage("collect");
    collect();
  });

function collect(): void {
  // Until nothing more is found; a collection by itself leaves what the one before it has just made free.
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}
