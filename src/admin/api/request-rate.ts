// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../../base/clock.ts";
import { networkOf } from "../../mailbox/failure-throttle.ts";

export interface RequestRateLimits {
  readonly requests: number;
  readonly windowMs: number;
  /** Addresses counted at most in one window; beyond them all share one count. */
  readonly addresses: number;
}

/** Counts requests per network address in windows of time; in bounded memory, for all counts end with their window. */
export class RequestRate {
  readonly #limits: RequestRateLimits;
  readonly #clock: Clock;
  readonly #counts = new Map<string, number>();
  #windowEndMs = 0;

  constructor(limits: RequestRateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Counts one request; how long to wait, in milliseconds, when it is one too many. */
  take(address: string): number | undefined {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#windowEndMs) {
      this.#counts.clear();
      this.#windowEndMs = nowMs + this.#limits.windowMs;
    }
    const network = networkOf(address);
    const full = this.#counts.size >= this.#limits.addresses && !this.#counts.has(network);
    const key = full ? "others" : network;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count > this.#limits.requests ? this.#windowEndMs - nowMs : undefined;
  }
}
