// SPDX-License-Identifier: Apache-2.0
import { pseudoRandom } from "../../support/torture.ts";

/**
 * Messages of a load, no two alike, small and large in turn. Mostly small ones that share a file in the store, and some
 * above 512 KiB that have one of their own.
 */
export class Contents {
  readonly #random: (below: number) => number;
  readonly #noise: string;
  #made = 0;

  constructor(seed: number) {
    this.#random = pseudoRandom(seed);
    this.#noise = Array.from({ length: 2000 }, () => `${this.#line()}\r\n`).join("");
  }

  /** CRLF alone ends its lines, and no line begins the trace block's way. */
  next(isLarge = this.#random(largeOneIn) === 0): Buffer {
    const random = this.#random;
    const bytes = isLarge ? 520_000 + random(700_000) : 200 + random(20_000);
    this.#made += 1;
    const head = `X-Lab: ${this.#made}-${random(1 << 30)}\r\nSubject: message ${this.#made}\r\n\r\n.dots\r\n..\r\n`;
    const lines = Math.ceil(bytes / lineBytes);
    // The lines of the noise from somewhere on, again and again, each time numbered: an exchanged piece shows.
    const pieces: string[] = [head];
    for (let left = lines, turn = 0; left > 0; turn++) {
      const taken = Math.min(left, 500);
      const from = random(1500) * lineBytes;
      pieces.push(`piece ${turn}\r\n`, this.#noise.slice(from, from + taken * lineBytes));
      left -= taken;
    }
    return Buffer.from(pieces.join(""), "latin1");
  }

  #line(): string {
    return Array.from({ length: lineBytes - 2 }, () => alphabet[this.#random(alphabet.length)]).join("");
  }
}

const largeOneIn = 20;
const lineBytes = 76;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** By what an upstream tells a message from others. */
export function labName(content: string): string {
  return /^X-Lab: (\S+)\r\n/m.exec(content)?.[1] ?? "";
}
