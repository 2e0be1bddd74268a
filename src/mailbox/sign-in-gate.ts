// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { FailureThrottle } from "./failure-throttle.ts";
import { PasswordCheckQueue } from "./password-checks.ts";

/** May a password be looked at? `busy` and `throttled` say nothing about it. */
export type GateAnswer = "throttled" | "busy" | SignInPermit;

export interface SignInPermit {
  /** Must be called once. `denied`: the password, or the mailbox, was none. */
  end(verdict: "denied" | "other"): void;
}

/** Lets passwords of those who pull be checked, a few at once and none from an address that failed too often. */
export interface SignInGate {
  enter(peerAddress: string): Promise<GateAnswer>;
}

export interface SignInLimits {
  /** Wrong passwords per address before it must wait; default `limits.passwordFailuresPerAddress`. */
  readonly failuresPerAddress?: number;
  /** How long they count; default `limits.passwordFailureWindowMs`. */
  readonly failureWindowMs?: number;
}

/** The gate of a process: checks take memory and cores of all of it. */
export class LocalSignInGate implements SignInGate {
  readonly #checks = new PasswordCheckQueue(limits.passwordChecksAtOnce, limits.passwordChecksWaiting);
  readonly #throttle: FailureThrottle;

  constructor(clock: Clock, { failuresPerAddress, failureWindowMs }: SignInLimits = {}) {
    this.#throttle = new FailureThrottle(
      {
        failures: failuresPerAddress ?? limits.passwordFailuresPerAddress,
        windowMs: failureWindowMs ?? limits.passwordFailureWindowMs,
        addresses: limits.passwordFailureAddresses,
      },
      clock,
    );
  }

  async enter(peerAddress: string): Promise<GateAnswer> {
    if (this.#throttle.mustWait(peerAddress)) return "throttled";
    const leave = await this.#checks.enter();
    if (leave === undefined) return "busy";
    // Looked at again: while this one waited, others from the same address may have used up what it had left.
    if (this.#throttle.mustWait(peerAddress)) {
      leave();
      return "throttled";
    }
    return {
      end: (verdict) => {
        if (verdict === "denied") this.#throttle.noteFailure(peerAddress);
        leave();
      },
    };
  }
}
