// SPDX-License-Identifier: Apache-2.0

/** Refusals of upstreams that are remembered: enough for a median, few enough to follow a change. */
const remembered = 31;
/** Before any upstream has refused: what a server at the other end of a country takes, with its own penalty delay. */
const firstGuessMs = 1_200;
/** Some servers answer a wrong password after many seconds; a local denial need not occupy a connection for so long. */
const maxMs = 5_000;

/** See `DenialPace`. */
export interface Pace {
  /** An upstream refused credentials so long after they had come. */
  note(tookMs: number): void;
  /** How long to wait still, for a denial that was decided after `tookMs`. */
  waitMs(tookMs: number): number;
}

/**
 * How long a denial of ours takes: as long as an upstream's, so that the time does not tell whether a mailbox exists, a
 * target is allowed or a password was asked for at all.
 */
export class DenialPace implements Pace {
  readonly #random: () => number;
  #tookMs: readonly number[] = [];

  /** @param random from 0 to 1 */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  note(tookMs: number): void {
    this.#tookMs = [...this.#tookMs, tookMs].slice(-remembered);
  }

  waitMs(tookMs: number): number {
    const sorted = this.#tookMs.toSorted((a, b) => a - b);
    const usualMs = Math.min(maxMs, sorted[Math.floor(sorted.length / 2)] ?? firstGuessMs);
    // Times of a network spread; a constant would stand out.
    return Math.max(0, usualMs * (0.75 + this.#random() / 2) - tookMs);
  }
}
