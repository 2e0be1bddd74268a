// SPDX-License-Identifier: Apache-2.0
import type { Credentials } from "../../src/protocol/sasl/credentials.ts";
import type { SaslMechanismName } from "../../src/protocol/sasl/server/exchange.ts";
import { type Refusal, refusals } from "../../src/protocol/smtp/refusal.ts";
import { formatReply } from "../../src/protocol/smtp/reply.ts";
import { SmtpServerMachine } from "../../src/protocol/smtp/server/machine.ts";
import type { Answer, SmtpServerEffect, SmtpServerSettings } from "../../src/protocol/smtp/server/machine-types.ts";
import type { DialogEndpoint, DialogPeer, DialogSettings } from "./dialog.ts";

export const machineAddresses = {
  box: "box@archive.example",
  "other-box": "other@archive.example",
  suspended: "suspended@archive.example",
  unknown: "nobody@archive.example",
  elsewhere: "box@elsewhere.example",
} as const;

/** The bare SMTP machine: no socket, no store. */
export const machineEndpoint: DialogEndpoint = {
  names: machineAddresses,
  connect: async (settings) => new MachinePeer(settings),
};

export const mechanismNames: readonly SaslMechanismName[] = ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"];

export function machineSettings(settings: DialogSettings): SmtpServerSettings {
  return {
    hostName: "gateway.example",
    encrypted: settings.encrypted,
    maxMessageBytes: settings.maxMessageBytes,
    maxRecipients: settings.maxRecipients,
    maxErrors: settings.maxErrors,
    maxCommands: settings.maxCommands,
    maxLineBytes: 4096,
    mechanisms: mechanismNames.filter((name) => settings.mechanisms.includes(name)),
  };
}

/** Plays the session: answers questions at once, keeps what is to be kept. */
class MachinePeer implements DialogPeer {
  readonly #settings: DialogSettings;
  #machine: SmtpServerMachine;
  #output = "";
  #content: Buffer[] = [];
  readonly #kept: Buffer[] = [];
  #closed = false;
  #tlsAgreed = false;

  constructor(settings: DialogSettings) {
    this.#settings = settings;
    this.#machine = new SmtpServerMachine(machineSettings(settings));
    this.#perform(this.#machine.handle({ type: "connected" }));
  }

  async send(octets: Buffer): Promise<void> {
    if (!this.#closed && !this.#tlsAgreed) this.#perform(this.#machine.handle({ type: "bytes", bytes: octets }));
  }

  async receive(): Promise<readonly string[]> {
    const lines = this.#output.split("\r\n");
    this.#output = lines.pop() ?? "";
    return lines;
  }

  async startTls(): Promise<void> {
    if (!this.#tlsAgreed) throw new Error("the server did not agree to TLS");
    this.#tlsAgreed = false;
    this.#machine = new SmtpServerMachine({ ...machineSettings(this.#settings), encrypted: true });
  }

  async closed(): Promise<boolean> {
    return this.#closed;
  }

  async kept(): Promise<readonly Buffer[]> {
    return this.#kept;
  }

  async removed(): Promise<readonly number[]> {
    return [];
  }

  async end(): Promise<void> {
    this.#closed = true;
  }

  #perform(effects: readonly SmtpServerEffect[]): void {
    for (const effect of effects) {
      const answer = this.#carryOut(effect);
      if (answer !== undefined) this.#perform(this.#machine.handle({ type: "answer", answer }));
    }
    if (this.#machine.paused) this.#perform(this.#machine.handle({ type: "resume" }));
  }

  #carryOut(effect: SmtpServerEffect): Answer | undefined {
    switch (effect.type) {
      case "reply":
        this.#output += formatReply(effect.reply);
        break;
      case "content":
        this.#content.push(effect.bytes);
        break;
      case "discard":
        this.#content = [];
        break;
      case "ask-mail":
        return { accepted: true };
      case "ask-recipient":
        return answerBy(judge(effect.recipient.forwardPath.text));
      case "ask-content":
        this.#content = [];
        return answerBy(this.#settings.store === "full" ? refusals.diskLow : undefined);
      case "ask-commit":
        if (this.#settings.store === "failing") return answerBy(refusals.storeFailing);
        this.#kept.push(Buffer.concat(this.#content));
        return { accepted: true };
      case "ask-auth":
        return answerBy(check(effect.credentials));
      case "start-tls":
        this.#tlsAgreed = true;
        break;
      case "close":
        this.#closed = true;
        break;
    }
    return undefined;
  }
}

function answerBy(refusal: Refusal | undefined): Answer {
  return refusal === undefined ? { accepted: true } : { accepted: false, refusal };
}

function judge(address: string): Refusal | undefined {
  const lower = address.toLowerCase();
  if (lower === machineAddresses.suspended) return refusals.mailboxSuspended;
  if (lower === machineAddresses.box || lower === machineAddresses["other-box"]) return undefined;
  return lower.endsWith("@archive.example") ? refusals.unknownMailbox : refusals.relayDenied;
}

function check(credentials: Credentials): Refusal | undefined {
  if (credentials.userName === "down") return refusals.signInUnavailable;
  const secret = credentials.kind === "password" ? credentials.password : credentials.token;
  const right = credentials.userName === "tim" && secret.expose().toString() === "tanstaaftanstaaf";
  return right ? undefined : refusals.signInDenied;
}
