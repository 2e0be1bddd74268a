// SPDX-License-Identifier: Apache-2.0
import type { Connection, ConnectionEnd } from "../../src/base/connection.ts";
import { SecretBytes } from "../../src/base/secret.ts";
import { Pop3ClientMachine } from "../../src/protocol/pop3/client/machine.ts";
import { saslCrypto } from "../../src/upstream/sasl-crypto.ts";

/** Octets that one side says and the other reads when it wants to. */
class Wire<End> {
  reads = 0;
  #said: (Buffer | End)[] = [];
  #reader: ((octets: Buffer | End) => void) | undefined;

  say(octets: Buffer | End): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) this.#said.push(octets);
    else reader(octets);
  }

  read(): Promise<Buffer | End> {
    this.reads += 1;
    const next = this.#said.shift();
    return next === undefined
      ? new Promise((resolve) => {
          this.#reader = resolve;
        })
      : Promise.resolve(next);
  }
}

/** A mail client of the proxy, without a socket: a test says what it says and looks at what it got. */
export class ClientEnd implements Connection {
  readonly id = "1";
  readonly peer = { address: "198.51.100.7", port: 50_000 };
  readonly local = { address: "192.0.2.25", port: 995 };
  readonly tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
  /** What it got, octets as latin1. */
  got = "";
  closed: "ended" | "destroyed" | undefined;
  /** Set to make every write wait for it, and to resolve as it does: `false` is a lost client. */
  takes: Promise<boolean> | undefined;
  readonly #wire = new Wire<ConnectionEnd>();
  #changed = Promise.withResolvers<void>();

  say(text: string): void {
    this.#wire.say(Buffer.from(text, "latin1"));
  }

  stop(end: ConnectionEnd): void {
    this.#wire.say(end);
  }

  /** Waits until what it got is as wanted. */
  async until(holds: (got: string) => boolean): Promise<string> {
    while (!holds(this.got)) await this.#changed.promise;
    return this.got;
  }

  read(): Promise<Buffer | ConnectionEnd> {
    return this.#wire.read();
  }

  write(bytes: Uint8Array | string): Promise<boolean> | undefined {
    if (this.closed !== undefined) return Promise.resolve(false);
    this.got += typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1");
    this.#tell();
    return this.takes;
  }

  startTls(): Promise<boolean> {
    return Promise.resolve(false);
  }

  keepPlace(): void {}

  end(): Promise<void> {
    this.closed ??= "ended";
    return Promise.resolve();
  }

  destroy(): void {
    this.closed ??= "destroyed";
    this.#wire.say("lost");
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

export interface UpstreamWorld {
  /** Messages as octets (latin1), without transparency; each ends in CRLF. */
  messages: string[];
  /** By message; an empty text is no unique-id. */
  uniqueIds: string[];
  capabilities: readonly string[];
  /** Answers in place of the ordinary ones, by command line; `undefined` is silence. */
  instead: Map<string, string | undefined>;
  /** Answers go out in pieces of so many octets. */
  pieceBytes: number;
}

/** The upstream of one session, without a socket; signed in already. */
export class UpstreamEnd {
  readonly machine: Pop3ClientMachine;
  /** Every command line that it was sent. */
  readonly heard: string[] = [];
  closed: "ended" | "destroyed" | undefined;
  readonly wire = new Wire<Exclude<ConnectionEnd, "draining">>();
  readonly #world: UpstreamWorld;
  #changed = Promise.withResolvers<void>();

  constructor(world: UpstreamWorld) {
    this.#world = world;
    this.machine = signedIn(world.capabilities);
  }

  get connection() {
    return {
      read: () => this.wire.read(),
      write: (bytes: Uint8Array | string): undefined => this.#hear(bytes),
      end: async (): Promise<void> => {
        this.closed ??= "ended";
      },
      destroy: (): void => {
        this.closed ??= "destroyed";
        this.wire.say("lost");
      },
    };
  }

  async untilHeard(line: string): Promise<void> {
    while (!this.heard.includes(line)) await this.#changed.promise;
  }

  say(text: string): void {
    const octets = Buffer.from(text, "latin1");
    for (let at = 0; at < octets.length; at += this.#world.pieceBytes)
      this.wire.say(octets.subarray(at, at + this.#world.pieceBytes));
  }

  #hear(bytes: Uint8Array | string): undefined {
    for (const line of Buffer.from(bytes).toString("latin1").split("\r\n").slice(0, -1)) {
      this.heard.push(line);
      const answer = this.#world.instead.has(line) ? this.#world.instead.get(line) : this.#answer(line);
      if (answer !== undefined) this.say(answer);
    }
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #answer(line: string): string {
    const [verb = "", argument] = line.split(" ");
    const { messages, uniqueIds } = this.#world;
    const number = Number(argument);
    const message = messages[number - 1];
    const uniqueId = uniqueIds[number - 1] ?? "";
    switch (verb) {
      case "CAPA":
        return `+OK\r\n${this.#world.capabilities.map((each) => `${each}\r\n`).join("")}.\r\n`;
      case "RETR":
      case "TOP":
        return message === undefined ? "-ERR no such message\r\n" : `+OK octets follow\r\n${stuffed(message)}.\r\n`;
      case "UIDL":
        if (argument === undefined) return `+OK\r\n${uniqueIds.map((id, at) => `${at + 1} ${id}\r\n`).join("")}.\r\n`;
        return uniqueId === "" ? "-ERR no unique-id\r\n" : `+OK ${number} ${uniqueId}\r\n`;
      case "LIST":
        if (argument === undefined)
          return `+OK\r\n${messages.map((m, at) => `${at + 1} ${m.length}\r\n`).join("")}.\r\n`;
        return message === undefined ? "-ERR no such message\r\n" : `+OK ${number} ${message.length}\r\n`;
      case "DELE":
        return message === undefined ? "-ERR no such message\r\n" : `+OK ${number} marked\r\n`;
      case "QUIT":
        return "+OK bye from upstream\r\n";
      default:
        return `+OK ${verb}\r\n`;
    }
  }
}

/** RFC 1939 §3, in other words than the product's. */
export function stuffed(message: string): string {
  return message.replaceAll(/(^|\r\n)\./g, "$1..");
}

function signedIn(capabilities: readonly string[]): Pop3ClientMachine {
  const machine = new Pop3ClientMachine({ tls: "implicit" });
  const say = (text: string): unknown => machine.handle({ type: "bytes", bytes: Buffer.from(text) });
  say("+OK\r\n");
  // Without SASL, so that it signs in by USER and PASS.
  const before = ["USER", ...capabilities.filter((each) => !each.startsWith("SASL"))];
  say(`+OK\r\n${before.join("\r\n")}\r\n.\r\n`);
  const credentials = { kind: "password", userName: "u", password: SecretBytes.fromText("p") } as const;
  machine.handle({
    type: "sign-in",
    context: { credentials, crypto: saslCrypto, nonce: "n", host: "mail.example", port: 995 },
  });
  say("+OK\r\n");
  say("+OK\r\n");
  return machine;
}
