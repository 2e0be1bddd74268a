// SPDX-License-Identifier: Apache-2.0
import type { Capabilities } from "../protocol/pop3/client/capabilities.ts";
import type { Pop3ClientMachine } from "../protocol/pop3/client/machine.ts";
import type { Pop3ClientEffect } from "../protocol/pop3/client/machine-types.ts";
import type { UpstreamResponse } from "../protocol/pop3/client/response-reader.ts";
import { faultFailure, type Leg, type LegStep } from "./leg.ts";

/** @param host the upstream as the user typed it */
export function pop3Leg(machine: Pop3ClientMachine, host: string): Leg<Capabilities, UpstreamResponse> {
  return { handle: (event) => machine.handle(event).map((effect) => stepOf(effect, host)) };
}

function stepOf(effect: Pop3ClientEffect, host: string): LegStep<Capabilities, UpstreamResponse> {
  switch (effect.type) {
    case "send":
      return { kind: "send", bytes: effect.bytes };
    case "start-tls":
      return { kind: "start-tls" };
    case "derive":
      return { kind: "derive", derivation: effect.derivation };
    case "ready":
      return { kind: "ready", offer: effect.capabilities };
    case "signed-in":
      return { kind: "signed-in", mechanism: effect.mechanism, verdict: effect.response };
    case "sign-in-refused":
      return { kind: "refused", verdict: effect.response, blames: blamed(effect.response) };
    case "closing":
      return { kind: "refused", verdict: effect.response, blames: "upstream" };
    case "failed":
      return faultFailure(effect.fault, host, effect.detail ?? effect.response?.text ?? "");
    case "response":
    case "body":
    case "body-end":
    case "capabilities":
      return faultFailure("misuse", host, effect.type);
  }
}

/** RFC 3206 §4, RFC 2449 §8.1: only `[AUTH]`, and a no without a code, may be about the credentials. */
function blamed({ code }: UpstreamResponse): "credentials" | "upstream" {
  return code === undefined || code === "AUTH" ? "credentials" : "upstream";
}
