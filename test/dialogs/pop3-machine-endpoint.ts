// SPDX-License-Identifier: Apache-2.0
import { limits } from "../../src/base/limits.ts";
import { type Pop3Refusal, pop3Refusals } from "../../src/protocol/pop3/refusal.ts";
import { positive } from "../../src/protocol/pop3/response.ts";
import { Pop3ServerMachine } from "../../src/protocol/pop3/server/machine.ts";
import type {
  Answer,
  Pop3ServerEffect,
  Pop3ServerSettings,
  Question,
} from "../../src/protocol/pop3/server/machine-types.ts";
import { type Credentials, secretOf } from "../../src/protocol/sasl/credentials.ts";
import { DotStuffer } from "../../src/protocol/wire/dot-transparency.ts";
import { TopFilter } from "../../src/pull/top-filter.ts";
import type { DialogEndpoint, DialogPeer, DialogSettings } from "./dialog.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The names of a POP3 dialog for one who may sign in: as text, and as AUTH wants them. */
export function pop3Names(user: string, password: string): Readonly<Record<string, string>> {
  return {
    user,
    password,
    "user-base64": base64(user),
    "password-base64": base64(password),
    plain: base64(`\0${user}\0${password}`),
    "plain-wrong": base64(`\0${user}\0wrong`),
    "plain-for-another": base64(`another\0${user}\0${password}`),
  };
}

const user = "mbx-0123456789abcdef0123456789abcdef";
const password = "tanstaaf tanstaaf";

/** The bare POP3 machine over a maildrop that stands in the dialog: no socket, no store. */
export const pop3MachineEndpoint: DialogEndpoint = {
  names: pop3Names(user, password),
  connect: async (settings) => new Pop3MachinePeer(settings),
};

function machineSettings({ encrypted, maxErrors, maxCommands, alsoProxies }: DialogSettings): Pop3ServerSettings {
  return {
    hostName: "gateway.example",
    encrypted,
    mechanisms: ["PLAIN", "LOGIN"],
    maxErrors,
    alsoProxies,
    maxCommandsBeforeSignIn: maxCommands,
    maxLineBytes: limits.pop3CommandLineBytes,
  };
}

/** Plays the session: answers questions at once. */
class Pop3MachinePeer implements DialogPeer {
  readonly #settings: DialogSettings;
  #machine: Pop3ServerMachine;
  #output = "";
  #removed: readonly number[] = [];
  #closed = false;
  #tlsAgreed = false;

  constructor(settings: DialogSettings) {
    this.#settings = settings;
    this.#machine = new Pop3ServerMachine(machineSettings(settings));
    this.#perform(this.#machine.handle({ type: "connected" }));
  }

  async send(octets: Buffer): Promise<void> {
    if (this.#closed || this.#tlsAgreed) return;
    // The machine overwrites passwords where they stand.
    this.#perform(this.#machine.handle({ type: "bytes", bytes: Buffer.from(octets) }));
  }

  async receive(): Promise<readonly string[]> {
    const lines = this.#output.split("\r\n");
    this.#output = lines.pop() ?? "";
    return lines;
  }

  async startTls(): Promise<void> {
    if (!this.#tlsAgreed) throw new Error("the server did not agree to TLS");
    this.#tlsAgreed = false;
    this.#machine = new Pop3ServerMachine({ ...machineSettings(this.#settings), encrypted: true });
  }

  async closed(): Promise<boolean> {
    return this.#closed;
  }

  async kept(): Promise<readonly Buffer[]> {
    return [];
  }

  async removed(): Promise<readonly number[]> {
    return this.#removed;
  }

  async end(): Promise<void> {
    this.#closed = true;
  }

  #perform(first: readonly Pop3ServerEffect[]): void {
    let effects = first;
    while (effects.length > 0) {
      let next: readonly Pop3ServerEffect[] = [];
      for (const effect of effects) {
        const answer = this.#carryOut(effect);
        if (answer !== undefined) next = this.#machine.handle(answer);
      }
      if (next.length === 0 && this.#machine.paused) next = this.#machine.handle({ type: "resume" });
      effects = next;
    }
  }

  #carryOut(effect: Pop3ServerEffect): Answer | undefined {
    switch (effect.type) {
      case "respond":
        this.#output += effect.text;
        return undefined;
      case "start-tls":
        this.#tlsAgreed = true;
        return undefined;
      case "close":
        this.#closed = true;
        return undefined;
      default:
        return this.#answer(effect);
    }
  }

  #answer(question: Question): Answer {
    const { messages, unremovable, store } = this.#settings;
    switch (question.type) {
      case "ask-sign-in":
        return this.#signIn(question.credentials);
      case "ask-listing": {
        this.#output += positive(`${messages.length - question.marks.count} messages`);
        messages.forEach((message, index) => {
          const value = question.listing === "scan" ? message.length : uniqueIdOf(index);
          if (!question.marks.has(index)) this.#output += `${index + 1} ${value}\r\n`;
        });
        this.#output += ".\r\n";
        return { type: "sent" };
      }
      case "ask-message":
        return this.#sendMessage(question.index, question.lines);
      case "ask-update": {
        const marked = Array.from(question.marks.indexes(), (index) => index + 1);
        this.#removed = store === "working" ? marked.filter((number) => !unremovable.includes(number)) : [];
        const removed = this.#removed.length;
        return { type: "updated", removed, failed: marked.length - removed };
      }
    }
  }

  #signIn(credentials: Credentials): Answer {
    const { messages, store, inUse } = this.#settings;
    const right = credentials.userName === user && secretOf(credentials).expose().toString() === password;
    secretOf(credentials).wipe();
    if (!right) return refused(pop3Refusals.signInDenied);
    if (inUse) return refused(pop3Refusals.maildropInUse);
    if (store === "full") return refused(pop3Refusals.signInUnavailable);
    const maildrop = {
      count: messages.length,
      totalBytes: Buffer.concat(messages).length,
      pop3Bytes: (index: number) => messages[index]?.length ?? 0,
      uniqueId: uniqueIdOf,
    };
    return { type: "signed-in", maildrop };
  }

  #sendMessage(index: number, lines: number | undefined): Answer {
    const message = this.#settings.messages[index] ?? Buffer.alloc(0);
    if (this.#settings.store === "failing") return refused(pop3Refusals.messageUnavailable);
    if (this.#settings.damaged.includes(index + 1)) return refused(pop3Refusals.messageDamaged);
    const stuffer = new DotStuffer();
    const shown = lines === undefined ? message : new TopFilter(lines).pass(message);
    const octets = Buffer.concat([...stuffer.update(shown), stuffer.finish()]);
    this.#output += positive(lines === undefined ? `${message.length} octets` : "Top of message follows");
    this.#output += octets.toString("latin1");
    return { type: "sent" };
  }
}

function uniqueIdOf(index: number): string {
  return `unique-id-${index + 1}`;
}

function refused(refusal: Pop3Refusal): Answer {
  return { type: "refused", refusal };
}
