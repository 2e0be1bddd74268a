// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";

/** Within this time refusals of one cause become one row with a count, so that a hostile peer cannot fill the disk. */
const gatherMs = 60_000;

/** Gathers refusals per mailbox and cause. The first is noted at once, the ones after it together. */
export class RefusalNotes {
  readonly #clock: Clock;
  readonly #note: (mailbox: number, detail: string, count: number) => void;
  readonly #open = new Map<string, { readonly sinceMs: number; more: number }>();

  constructor(clock: Clock, note: (mailbox: number, detail: string, count: number) => void) {
    this.#clock = clock;
    this.#note = note;
  }

  add(mailbox: number, cause: string): void {
    const key = `${mailbox} ${cause}`;
    const open = this.#open.get(key);
    if (open === undefined) {
      this.#open.set(key, { sinceMs: this.#clock.monotonicMs(), more: 0 });
      this.#note(mailbox, cause, 1);
    } else open.more += 1;
  }

  /** Notes what was gathered for a minute; `all`: everything, at the end. */
  flush(all = false): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, { sinceMs, more }] of this.#open) {
      if (!all && nowMs - sinceMs < gatherMs) continue;
      this.#open.delete(key);
      const blank = key.indexOf(" ");
      if (more > 0) this.#note(Number(key.slice(0, blank)), `${key.slice(blank + 1)}, ${more} more times`, more);
    }
  }
}
