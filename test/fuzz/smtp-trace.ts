// SPDX-License-Identifier: Apache-2.0

import { refusals } from "../../src/protocol/smtp/refusal.ts";
import { formatReply } from "../../src/protocol/smtp/reply.ts";
import { SmtpServerMachine } from "../../src/protocol/smtp/server/machine.ts";
import type { Answer, SmtpServerEffect, SmtpServerSettings } from "../../src/protocol/smtp/server/machine-types.ts";

export const traceSettings: SmtpServerSettings = {
  hostName: "gateway.example",
  encrypted: true,
  maxMessageBytes: 60,
  maxRecipients: 2,
  maxErrors: 1000,
  maxCommands: 1000,
  maxLineBytes: 100,
  mechanisms: ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"],
};

/**
 * What a machine did with these pieces, as text: replies, questions, and the content of every transaction in one. Content
 * that was discarded is left out, for how much of it went out before depends on the cutting.
 */
export function trace(pieces: readonly Buffer[], settings: SmtpServerSettings = traceSettings): readonly string[] {
  const machine = new SmtpServerMachine(settings);
  const lines: string[] = [];
  let content: Buffer[] = [];
  const perform = (effects: readonly SmtpServerEffect[]): void => {
    effects.forEach((effect, at) => {
      if (effect.type === "content") content.push(effect.bytes);
      else if (effect.type === "discard") content = [];
      else if (effect.type === "reply") lines.push(formatReply(effect.reply));
      else lines.push(effect.type);
      if (!isQuestion(effect)) return;
      if (at !== effects.length - 1) throw new Error("a question is not the last effect");
      if (effect.type === "ask-commit") {
        lines.push(`kept ${Buffer.concat(content).toString("latin1")}`);
        content = [];
      }
      perform(machine.handle({ type: "answer", answer: answerTo(effect) }));
    });
    if (machine.paused) perform(machine.handle({ type: "resume" }));
  };
  perform(machine.handle({ type: "connected" }));
  for (const bytes of pieces) perform(machine.handle({ type: "bytes", bytes }));
  return lines;
}

function isQuestion(effect: SmtpServerEffect): boolean {
  return effect.type.startsWith("ask-");
}

function answerTo(effect: SmtpServerEffect): Answer {
  const refused =
    effect.type === "ask-recipient" && effect.recipient.forwardPath.localPart === "nobody"
      ? refusals.unknownMailbox
      : effect.type === "ask-auth"
        ? refusals.signInDenied
        : undefined;
  return refused === undefined ? { accepted: true } : { accepted: false, refusal: refused };
}

/** Cuts octets into pieces of these sizes, over and over. */
export function cut(octets: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < octets.length; turn++) {
    const size = sizes[turn % sizes.length] ?? octets.length;
    pieces.push(octets.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
