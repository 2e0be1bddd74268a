// SPDX-License-Identifier: Apache-2.0
import { Session } from "node:inspector/promises";

/** Which blocks of our own code have run in this process, told by V8 itself. */
export class BlockCoverage {
  readonly #session = new Session();
  readonly #folder: string;
  readonly #seen = new Set<string>();

  /** @param folder blocks of files below it count, as a part of their address */
  constructor(folder: string) {
    this.#folder = folder;
    this.#session.connect();
  }

  async start(): Promise<void> {
    await this.#session.post("Profiler.enable");
    await this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    await this.newBlocks();
  }

  /** How many blocks have run since the last look that never had before. */
  async newBlocks(): Promise<number> {
    const { result } = await this.#session.post("Profiler.takePreciseCoverage");
    const before = this.#seen.size;
    for (const { url, functions } of result) {
      if (!url.includes(this.#folder)) continue;
      // How often, by orders of magnitude: a loop that runs a hundred times is another way than one that runs once.
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0) this.#seen.add(`${url}:${startOffset}-${endOffset}:${Math.floor(Math.log2(count) / 3)}`);
    }
    return this.#seen.size - before;
  }

  get blocks(): number {
    return this.#seen.size;
  }

  stop(): void {
    this.#session.disconnect();
  }
}
