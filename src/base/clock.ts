// SPDX-License-Identifier: Apache-2.0

/** Where a stage gets the time from, so that a test can set it. Machines never see a clock: time comes in as events. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC, as `Date.now()`. */
  nowMs(): number;
  /** Milliseconds that only go forward; for durations and deadlines. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
