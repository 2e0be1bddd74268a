// SPDX-License-Identifier: Apache-2.0
import type { CommandIo } from "./command-io.ts";

/** How often the line is drawn anew; more is only flicker. */
const redrawMs = 100;

/** One line on the terminal that says how far long work has come. Off a terminal it says nothing. */
export class Progress {
  readonly #stderr: CommandIo["stderr"];
  readonly #shown: boolean;
  #lastDrawMs = Number.NEGATIVE_INFINITY;

  constructor({ stderr }: CommandIo, json: boolean) {
    this.#stderr = stderr;
    this.#shown = !json && stderr.isTTY;
  }

  /** `done` of `total` items; `what` names them: "messages". */
  update(done: number, total: number, what: string): void {
    const share = total === 0 ? 100 : Math.floor((done * 100) / total);
    this.#draw(`${done} of ${total} ${what} (${share} %)`, done === total);
  }

  /** `done` items so far, of nobody knows how many. */
  count(done: number, what: string): void {
    this.#draw(`${done} ${what}`, false);
  }

  say(text: string): void {
    if (this.#shown) this.#stderr.write(`\r${eraseLine}${text}`);
  }

  #draw(text: string, last: boolean): void {
    const nowMs = performance.now();
    if (!last && nowMs - this.#lastDrawMs < redrawMs) return;
    this.#lastDrawMs = nowMs;
    this.say(text);
  }

  /** Takes the line away, before anything else is printed. */
  clear(): void {
    if (this.#shown) this.#stderr.write(`\r${eraseLine}`);
  }
}

/** ECMA-48 EL: erase to the end of the line. */
const eraseLine = "\u001b[K";
