// SPDX-License-Identifier: Apache-2.0
import { pop3Refusals } from "../../src/protocol/pop3/refusal.ts";
import { Pop3ServerMachine } from "../../src/protocol/pop3/server/machine.ts";
import type {
  Answer,
  MaildropView,
  Pop3ServerEffect,
  Pop3ServerSettings,
} from "../../src/protocol/pop3/server/machine-types.ts";
import { secretOf } from "../../src/protocol/sasl/credentials.ts";

export const traceSettings: Pop3ServerSettings = {
  hostName: "gateway.example",
  encrypted: true,
  mechanisms: ["PLAIN", "LOGIN"],
  maxErrors: 1000,
  maxCommandsBeforeSignIn: 1000,
  maxLineBytes: 60,
};

const maildrop: MaildropView = {
  count: 3,
  totalBytes: 600,
  pop3Bytes: (index) => 100 * (index + 1),
  uniqueId: (index) => `unique-id-${index + 1}`,
};

/** What a machine did with these pieces, as text: responses, and questions with all that they ask. */
export function trace(pieces: readonly Buffer[], settings: Pop3ServerSettings = traceSettings): readonly string[] {
  const machine = new Pop3ServerMachine(settings);
  const lines: string[] = [];
  const perform = (effects: readonly Pop3ServerEffect[]): void => {
    effects.forEach((effect, at) => {
      lines.push(describe(effect));
      const answer = answerTo(effect);
      if (answer === undefined) return;
      if (at !== effects.length - 1) throw new Error("a question is not the last effect");
      perform(machine.handle(answer));
    });
    if (machine.paused) perform(machine.handle({ type: "resume" }));
  };
  perform(machine.handle({ type: "connected" }));
  // A copy: the machine overwrites what may be a password.
  for (const bytes of pieces) perform(machine.handle({ type: "bytes", bytes: Buffer.from(bytes) }));
  return lines;
}

function describe(effect: Pop3ServerEffect): string {
  switch (effect.type) {
    case "respond":
      return effect.text;
    case "ask-sign-in":
      return `sign in ${effect.credentials.userName} ${secretOf(effect.credentials).expose().toString("latin1")}`;
    case "ask-listing":
      return `${effect.listing} without ${Array.from(effect.marks.indexes()).join()}`;
    case "ask-message":
      return `message ${effect.index} ${effect.lines}`;
    case "ask-update":
      return `remove ${Array.from(effect.marks.indexes()).join()}`;
    case "start-tls":
    case "close":
      return effect.type;
  }
}

function answerTo(effect: Pop3ServerEffect): Answer | undefined {
  switch (effect.type) {
    case "ask-sign-in": {
      const right = secretOf(effect.credentials).expose().toString() === "right";
      return right ? { type: "signed-in", maildrop } : { type: "refused", refusal: pop3Refusals.signInDenied };
    }
    case "ask-listing":
      return { type: "sent" };
    case "ask-message":
      return effect.index === 1 ? { type: "refused", refusal: pop3Refusals.messageDamaged } : { type: "sent" };
    case "ask-update":
      return { type: "updated", removed: effect.marks.count, failed: 0 };
    case "respond":
    case "start-tls":
    case "close":
      return undefined;
  }
}
