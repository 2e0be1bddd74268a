// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import type { Configuration } from "../config/schema.ts";
import { ConnectionLimits, type ConnectionPlaces } from "../listen/connection-limits.ts";
import { LocalSignInGate, type SignInGate } from "../mailbox/sign-in-gate.ts";
import type { RefusedThing } from "../observe/traffic/refusals.ts";
import type { Traffic } from "../observe/traffic/traffic.ts";
import { DenialPace, type Pace } from "../session/denial-pace.ts";
import { CredentialsThrottle, defaultThrottleSettings, type LoginThrottle } from "../upstream/credentials-throttle.ts";

/**
 * What those who serve connections must agree on, however many threads they are: who has a place, who has failed too
 * often, how long a denial takes. What they agree on about mailboxes and messages (leases, repeated deliveries) is the
 * store's. Questions may take a moment, so that the answer can come from elsewhere.
 */
export interface SharedState {
  readonly places: ConnectionPlaces;
  /** Before a password of a mailbox is looked at. */
  readonly gate: SignInGate;
  /** Before a login goes on to an upstream. */
  readonly logins: LoginThrottle;
  readonly pace: Pace;
  /** Somebody was refused, for those who ask why. */
  refused(thing: RefusedThing): void;
}

/** The state itself, in the thread that made it. */
export interface LocalState extends SharedState {
  readonly places: ConnectionLimits;
  readonly logins: CredentialsThrottle;
}

export function localState(
  configuration: Configuration,
  { clock, traffic }: { readonly clock: Clock; readonly traffic: Pick<Traffic, "refused"> },
): LocalState {
  const { passwordFailuresPerAddress: failuresPerAddress, passwordFailureWindowMs: failureWindowMs } =
    configuration.limits;
  return {
    places: new ConnectionLimits(configuration.limits),
    gate: new LocalSignInGate(clock, { failuresPerAddress, failureWindowMs }),
    logins: new CredentialsThrottle(defaultThrottleSettings, clock),
    pace: new DenialPace(),
    refused: (thing) => traffic.refused(thing),
  };
}
