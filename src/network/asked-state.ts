// SPDX-License-Identifier: Apache-2.0
import type { AskPort } from "../base/ask-port.ts";
import type { ConnectionRefusal } from "../listen/connection-limits.ts";
import type { GateAnswer } from "../mailbox/sign-in-gate.ts";
import { DenialPace } from "../session/denial-pace.ts";
import { type Admission, type LoginAttempt, loginKeys } from "../upstream/credentials-throttle.ts";
import type { SharedState } from "./shared-state.ts";
import type { ToGateway } from "./thread-messages.ts";

/** The shared state as a network thread has it: what another thread knows is asked for. */
export interface AskedState extends SharedState {
  /** Somebody at another thread was refused by an upstream, after so long. */
  loginTook(ms: number): void;
}

/**
 * What cannot be asked any more, because the gateway is going, counts as no: a connection is not taken, a password not
 * looked at.
 */
export function askedState(asking: AskPort<ToGateway, unknown>, loginKey: Buffer): AskedState {
  const pace = new DenialPace();
  let permits = 0;
  return {
    places: {
      enter: async (address) => refusalOf(await asking.ask({ kind: "enter", address })),
      leave: (address) => asking.tell({ kind: "leave", address }),
    },
    gate: {
      async enter(peerAddress): Promise<GateAnswer> {
        const permit = ++permits;
        const answer = await asking.ask({ kind: "check-password", permit, peerAddress });
        if (answer !== "permit") return answer === "throttled" ? "throttled" : "busy";
        return { end: (verdict) => asking.tell({ kind: "password-checked", permit, verdict }) };
      },
    },
    logins: {
      async admit(attempt: LoginAttempt): Promise<Admission> {
        const permit = ++permits;
        const kind = await asking.ask({ kind: "login", permit, keys: loginKeys(loginKey, attempt) });
        if (kind !== "permit") return { kind: kind === "known-bad" ? "known-bad" : "wait" };
        return { kind: "permit", end: (verdict) => asking.tell({ kind: "login-ended", permit, verdict }) };
      },
    },
    pace: {
      note(ms) {
        pace.note(ms);
        asking.tell({ kind: "login-took", ms });
      },
      waitMs: (tookMs) => pace.waitMs(tookMs),
    },
    loginTook: (ms) => pace.note(ms),
    refused: (thing) => asking.tell({ kind: "refused", thing }),
  };
}

function refusalOf(answer: unknown): ConnectionRefusal | undefined {
  if (answer === undefined) return undefined;
  return answer === "per-address" ? "per-address" : "total";
}
