// SPDX-License-Identifier: Apache-2.0

/**
 * Lets a few password checks run at once and a few more wait: each takes 32 MiB or more and a core, so that without a
 * bound a flood of sign-ins would take the machine.
 */
export class PasswordCheckQueue {
  readonly #atOnce: number;
  readonly #mayWait: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number, mayWait: number) {
    this.#atOnce = atOnce;
    this.#mayWait = mayWait;
  }

  /** Runs `check` as soon as there is room; `undefined`, without running it, when too many wait already. */
  async run<T>(check: () => Promise<T>): Promise<T | undefined> {
    const leave = await this.enter();
    if (leave === undefined) return undefined;
    try {
      return await check();
    } finally {
      leave();
    }
  }

  /** As `run`, for a check that somebody else makes: gives what must be called after it, once. */
  async enter(): Promise<(() => void) | undefined> {
    if (this.#running < this.#atOnce) this.#running++;
    else if (this.#waiting.length >= this.#mayWait) return undefined;
    else await new Promise<void>((resume) => this.#waiting.push(resume));
    return () => {
      // The place goes straight to the next in line, so nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    };
  }
}
