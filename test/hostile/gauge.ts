// SPDX-License-Identifier: Apache-2.0
import { readdir } from "node:fs/promises";
import { residentBytesOf } from "../bench/process-cost.ts";

/** What a process holds at one moment. */
export interface Holding {
  readonly memoryMiB: number;
  readonly descriptors: number;
}

export async function holdingOf(pid: number): Promise<Holding> {
  const [bytes, descriptors] = await Promise.all([residentBytesOf(pid), readdir(`/proc/${pid}/fd`)]);
  return { memoryMiB: Math.round(bytes / 1024 / 1024), descriptors: descriptors.length };
}

/** Looks at a process again and again; the peaks are what an attack reached. */
export class Gauge {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #peak: Holding = { memoryMiB: 0, descriptors: 0 };

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => void this.#look(), 50);
  }

  stop(): Holding {
    clearInterval(this.#timer);
    return this.#peak;
  }

  async #look(): Promise<void> {
    // The process may have gone: whoever uses it is told elsewhere.
    const now = await holdingOf(this.#pid).catch(() => this.#peak);
    this.#peak = {
      memoryMiB: Math.max(this.#peak.memoryMiB, now.memoryMiB),
      descriptors: Math.max(this.#peak.descriptors, now.descriptors),
    };
  }
}
