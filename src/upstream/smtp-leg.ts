// SPDX-License-Identifier: Apache-2.0
import type { Extensions } from "../protocol/smtp/client/extensions.ts";
import type { SmtpClientMachine } from "../protocol/smtp/client/machine.ts";
import type { SmtpClientEffect } from "../protocol/smtp/client/machine-types.ts";
import type { Reply } from "../protocol/smtp/reply.ts";
import { faultFailure, type Leg, type LegStep } from "./leg.ts";

/** @param host the upstream as the user typed it */
export function smtpLeg(machine: SmtpClientMachine, host: string): Leg<Extensions, Reply> {
  return { handle: (event) => machine.handle(event).map((effect) => stepOf(effect, host)) };
}

function stepOf(effect: SmtpClientEffect, host: string): LegStep<Extensions, Reply> {
  switch (effect.type) {
    case "send":
      return { kind: "send", bytes: effect.bytes };
    case "start-tls":
      return { kind: "start-tls" };
    case "derive":
      return { kind: "derive", derivation: effect.derivation };
    case "ready":
      return { kind: "ready", offer: effect.extensions };
    case "signed-in":
      return { kind: "signed-in", mechanism: effect.mechanism, verdict: effect.reply };
    case "sign-in-refused":
      return { kind: "refused", verdict: effect.reply, blames: blamed(effect.reply) };
    case "closing":
      return { kind: "refused", verdict: effect.reply, blames: "upstream" };
    case "failed":
      return faultFailure(effect.fault, host, effect.detail ?? wordsOf(effect.reply));
    case "reply":
    case "content-refused":
      return faultFailure("misuse", host, effect.type);
  }
}

/** RFC 4954 §6: 535 is "credentials invalid"; what is temporary (454, 432) says nothing about them. */
function blamed({ code }: Reply): "credentials" | "upstream" {
  return code >= 500 ? "credentials" : "upstream";
}

function wordsOf(reply: Reply | undefined): string {
  return reply === undefined ? "" : `${reply.code} ${reply.lines.join(" ")}`;
}
