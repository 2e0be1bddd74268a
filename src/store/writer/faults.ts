// SPDX-License-Identifier: Apache-2.0
import type { Files } from "./files.ts";

/** One planned fault of a test: the calls number `from` to `from + times - 1` of `operation` fail with `code`. */
export interface Fault {
  readonly operation: FaultPoint;
  /** The first call is number 1. */
  readonly from: number;
  readonly times: number;
  /** `crash` ends the thread on the spot, `kill` the whole process, as SIGKILL from anywhere does. */
  readonly code: "EIO" | "ENOSPC" | "crash" | "kill";
}

export type FaultPoint =
  | "append"
  | "sync"
  | "directory-sync"
  | "large-write"
  | "large-sync"
  | "unlink"
  /** The file is closed all the same, as Linux does it. */
  | "close"
  /** The look at how much space there is. */
  | "free-space"
  /** Before COMMIT of the index. */
  | "index-commit"
  /** After COMMIT, as when the sync of the write-ahead log fails although its pages were written. */
  | "index-committed";

/** Counts the calls of each operation and throws where a fault is planned. Without faults it never throws. */
export class FaultPlan {
  readonly #faults: readonly Fault[];
  readonly #calls = new Map<FaultPoint, number>();

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  pass(operation: FaultPoint): void {
    if (this.#faults.length === 0) return;
    const call = (this.#calls.get(operation) ?? 0) + 1;
    this.#calls.set(operation, call);
    for (const fault of this.#faults) {
      if (fault.operation === operation && call >= fault.from && call < fault.from + fault.times) {
        if (fault.code === "crash") process.exit(70);
        if (fault.code === "kill") process.kill(process.pid, "SIGKILL");
        throw Object.assign(new Error(`${fault.code}: planned fault, ${operation}`), { code: fault.code });
      }
    }
  }
}

export function withFaults(files: Files, plan: FaultPlan): Files {
  return {
    ...files,
    append(descriptor, pieces) {
      try {
        plan.pass("append");
      } catch (error) {
        // As a full disk does it: some of the octets are in the file.
        files.append(descriptor, [pieces[0]?.subarray(0, 7) ?? new Uint8Array(0)]);
        throw error;
      }
      files.append(descriptor, pieces);
    },
    sync(descriptor) {
      plan.pass("sync");
      files.sync(descriptor);
    },
    syncDirectory(path) {
      plan.pass("directory-sync");
      files.syncDirectory(path);
    },
    close(descriptor) {
      files.close(descriptor);
      plan.pass("close");
    },
    unlink(path) {
      plan.pass("unlink");
      files.unlink(path);
    },
    large: {
      ...files.large,
      async write(descriptor, pieces, position) {
        plan.pass("large-write");
        await files.large.write(descriptor, pieces, position);
      },
      async sync(descriptor) {
        plan.pass("large-sync");
        await files.large.sync(descriptor);
      },
    },
  };
}
