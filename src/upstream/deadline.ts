// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";

/** One deadline for all phases of an operation. */
export interface Deadline {
  /** Never less than 1: a timer of 0 would be another thing. */
  leftMs(): number;
}

export function startDeadline(clock: Clock, totalMs: number): Deadline {
  const endMs = clock.monotonicMs() + totalMs;
  return { leftMs: () => Math.max(1, Math.ceil(endMs - clock.monotonicMs())) };
}
