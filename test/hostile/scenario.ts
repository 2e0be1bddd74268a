// SPDX-License-Identifier: Apache-2.0
import type { GatewayPorts } from "../support/gateway-process.ts";
import type { UpstreamPlace } from "./upstream-place.ts";

/** The gateway as an attacker sees it. Plain values: it goes to another process. */
export interface Target {
  readonly ports: GatewayPorts;
  /** The address of a mailbox that takes mail, as a journal sender would know it. */
  readonly address: string;
  /** A mailbox of the attacker's own, with its password: whoever may pull can be hostile too. */
  readonly ownMailbox: { readonly id: string; readonly address: string; readonly password: string };
  /** The name of the only administrator. */
  readonly administrator: string;
  /** A bearer token that may read, for hostile followers. */
  readonly token: string;
  /** Where an upstream of the attacker's may listen. */
  readonly upstream: UpstreamPlace;
}

export interface Arena {
  readonly target: Target;
  /** `quick`: a fraction of the numbers, for every run of the tests. */
  readonly scale: "quick" | "full";
  /** How long an attack without an end of its own goes on. */
  readonly durationMs: number;
  /** Makes the same mutations again. */
  readonly seed: number;
}

/** What came of an attack, told by the attacker. */
export interface Outcome {
  /** What was tried, and how much of it. */
  readonly tried: string;
  /** Each kind of answer, and how often it came. */
  readonly answers: Readonly<Record<string, number>>;
  /** What the gateway must not have done, a line each. */
  readonly wrong: readonly string[];
}

export interface Scenario {
  readonly name: string;
  /** Lines of configuration that the gateway gets for it. */
  readonly configuration?: string;
  /** Megabytes that the gateway may grow by while this goes on, from the documented limits. */
  readonly memoryMiB: number;
  /** Only in the full laboratory. */
  readonly fullOnly?: boolean;
  readonly attack: (arena: Arena) => Promise<Outcome>;
}

/** Counts answers by kind, and what must not be. */
export class Tally {
  readonly #answers = new Map<string, number>();
  readonly #wrong: string[] = [];

  count(answer: string, times = 1): void {
    this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + times);
  }

  of(answer: string): number {
    return this.#answers.get(answer) ?? 0;
  }

  /** Notes what must not be; a few lines say as much as thousands. */
  expect(holds: boolean, otherwise: () => string): void {
    if (!holds && this.#wrong.length < 20) this.#wrong.push(otherwise());
  }

  outcome(tried: string): Outcome {
    const sorted = [...this.#answers].toSorted(([, one], [, other]) => other - one);
    return { tried, answers: Object.fromEntries(sorted), wrong: this.#wrong };
  }
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
