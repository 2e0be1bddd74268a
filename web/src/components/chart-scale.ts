// SPDX-License-Identifier: Apache-2.0

/** From a value to its place along an axis. */
export interface Scale {
  (value: number): number;
  /** Where lines are drawn across: the least value and the largest are among them. */
  readonly ticks: readonly number[];
}

/** What steps of an axis may be, times a power of ten: what people count in. */
const niceSteps = [1, 2, 5, 10] as const;

/** An axis from zero to at least `most`, in about `steps` whole steps that are easily read; its places go from one to the other. */
export function countScale(most: number, steps: number, [from, to]: readonly [number, number]): Scale {
  const least = Math.max(most, 1) / steps;
  const power = 10 ** Math.floor(Math.log10(least));
  // Half a message cannot come.
  const step = Math.max(1, (niceSteps.find((each) => each * power >= least) ?? 10) * power);
  const count = Math.ceil(Math.max(most, 1) / step);
  const place = (value: number): number => from + ((to - from) * value) / (count * step);
  return Object.assign(place, { ticks: Array.from({ length: count + 1 }, (_, index) => index * step) });
}
