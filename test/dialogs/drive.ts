// SPDX-License-Identifier: Apache-2.0
import { SmtpServerMachine } from "../../src/protocol/smtp/server/machine.ts";
import type { Answer, SmtpServerEffect, SmtpServerSettings } from "../../src/protocol/smtp/server/machine-types.ts";

// Drives the machine by hand, for what a dialog cannot see: effects, their order, and answers of every kind.

export const driveSettings: SmtpServerSettings = {
  hostName: "gateway.example",
  encrypted: true,
  maxMessageBytes: 20,
  maxRecipients: 3,
  maxErrors: 5,
  maxCommands: 50,
  maxLineBytes: 100,
  mechanisms: ["PLAIN", "LOGIN", "OAUTHBEARER"],
};

export const bytes = (machine: SmtpServerMachine, text: string): readonly SmtpServerEffect[] =>
  machine.handle({ type: "bytes", bytes: Buffer.from(text, "latin1") });
/** As `bytes`, and every turn that it takes. */
export function drain(machine: SmtpServerMachine, text: string): readonly SmtpServerEffect[] {
  const effects = [...bytes(machine, text)];
  while (machine.paused) effects.push(...machine.handle({ type: "resume" }));
  return effects;
}
export const answer = (machine: SmtpServerMachine, given: Answer): readonly SmtpServerEffect[] =>
  machine.handle({ type: "answer", answer: given });
export const accept = (machine: SmtpServerMachine): readonly SmtpServerEffect[] => answer(machine, { accepted: true });

/** Effects in short: the code of a reply, the octets of content, else the type. */
export function short(effects: readonly SmtpServerEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.type === "reply") return String(effect.reply.code);
    return effect.type === "content" ? `content ${effect.bytes.toString("latin1")}` : effect.type;
  });
}

/** A machine that has got this far. */
export function machineAt(
  where: "connected" | "ready" | "envelope" | "content",
  change: Partial<SmtpServerSettings> = {},
): SmtpServerMachine {
  const machine = new SmtpServerMachine({ ...driveSettings, ...change });
  machine.handle({ type: "connected" });
  if (where === "connected") return machine;
  bytes(machine, "EHLO a.example\r\n");
  if (where === "ready") return machine;
  bytes(machine, "MAIL FROM:<>\r\n");
  accept(machine);
  bytes(machine, "RCPT TO:<b@c.example>\r\n");
  accept(machine);
  if (where === "envelope") return machine;
  bytes(machine, "DATA\r\n");
  accept(machine);
  return machine;
}

/** The first reply among effects, as the peer sees its first line. */
export function said(effects: readonly SmtpServerEffect[]): string {
  for (const effect of effects)
    if (effect.type === "reply")
      return [effect.reply.code, effect.reply.enhanced, effect.reply.lines[0]]
        .filter((part) => part !== undefined)
        .join(" ");
  return "";
}
