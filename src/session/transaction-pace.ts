// SPDX-License-Identifier: Apache-2.0

export interface PaceSettings {
  readonly transactionMs: number;
  readonly minimumBytesPerSecond: number;
  readonly minimumRateWindowMs: number;
}

/** How a mail transaction goes on: what takes too long in all, or drips, is no honest line. */
export class TransactionPace {
  readonly #settings: PaceSettings;
  #startedAtMs: number;
  #waitedMs = 0;
  #windowBytes = 0;

  constructor(settings: PaceSettings, nowMs: number) {
    this.#settings = settings;
    this.#startedAtMs = nowMs;
  }

  /** MAIL: a transaction begins. */
  begin(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  /** Content begins. */
  beginContent(): void {
    this.#waitedMs = 0;
    this.#windowBytes = 0;
  }

  /** How long this transaction may still take. */
  timeLeftMs(nowMs: number): number {
    return Math.max(0, this.#startedAtMs + this.#settings.transactionMs - nowMs);
  }

  /**
   * Notes arrived content; `false` when it comes more slowly than an honest line would bring it. `waitedMs` is how long we
   * waited for it: when the disk or an upstream is slow, that is not the peer's fault.
   */
  keepsPace(bytes: number, waitedMs: number, nowMs: number): boolean {
    if (this.timeLeftMs(nowMs) === 0) return false;
    const { minimumRateWindowMs, minimumBytesPerSecond } = this.#settings;
    this.#windowBytes += bytes;
    this.#waitedMs += waitedMs;
    if (this.#waitedMs < minimumRateWindowMs) return true;
    const enough = this.#windowBytes >= (minimumBytesPerSecond * this.#waitedMs) / 1000;
    this.beginContent();
    return enough;
  }
}
