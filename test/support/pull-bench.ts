// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { ConnectionEnd } from "../../src/base/connection.ts";
import { generateMailboxId } from "../../src/base/ids.ts";
import type { SecretBytes } from "../../src/base/secret.ts";
import type { SignInOutcome } from "../../src/mailbox/sign-in.ts";
import { BrokenMessages } from "../../src/pull/broken-messages.ts";
import { type Pop3SessionSettings, servePop3 } from "../../src/pull/pop3-session.ts";
import { generateIdentity, type Identity, parseIdentity } from "../../src/seal/identity.ts";
import { EventList } from "./event-list.ts";
import { MemoryMaildrops } from "./memory-maildrops.ts";
import { ScriptedConnection, type ScriptedRead } from "./scripted-connection.ts";

const settings: Pop3SessionSettings = {
  hostName: "gateway.example",
  maxErrors: 5,
  maxCommandsBeforeSignIn: 20,
  maxLineBytes: 512,
  idleMs: 600_000,
};

const { identity, recipient } = generateIdentity("x25519");

/** What opens the maildrop of a bench. */
export const signIn = "USER box\r\nPASS right\r\n";

export interface SessionOptions {
  readonly tls?: boolean;
  readonly end?: ConnectionEnd;
  /** What is set on the connection before the session begins. */
  readonly prepare?: (connection: ScriptedConnection) => void;
  readonly signIn?: () => SignInOutcome;
}

/** A pull session on its own: the real conversation, unsealing and sending, over a maildrop and a connection in memory. */
export class PullBench {
  readonly #broken = new BrokenMessages();
  readonly maildrops = new MemoryMaildrops(generateMailboxId());
  readonly log = new EventList();
  /** Every identity that was handed out. */
  readonly identities: { wiped: boolean }[] = [];
  /** Every password that was offered. */
  readonly passwords: SecretBytes[] = [];

  /** Puts messages into the maildrop, as they came in by SMTP. */
  async fill(...contents: readonly (string | Buffer)[]): Promise<void> {
    const octets = contents.map((content) => (typeof content === "string" ? Buffer.from(content, "latin1") : content));
    await this.maildrops.fill(recipient, octets);
  }

  /** One octet of a sealed message becomes another; a negative position counts from the end. */
  flipOctet(index: number, position: number): void {
    const sealed = this.maildrops.messages[index]?.sealed;
    assert.ok(sealed !== undefined);
    const at = position < 0 ? sealed.length + position : position;
    sealed[at] = (sealed[at] ?? 0) ^ 1;
  }

  connect(input: readonly ScriptedRead[], options: SessionOptions = {}) {
    const connection = new ScriptedConnection(input, {
      tls: options.tls ?? true,
      end: options.end ?? "ended",
      peer: "192.0.2.9",
    });
    options.prepare?.(connection);
    const check = async (userName: string, password: SecretBytes): Promise<SignInOutcome> => {
      this.passwords.push(password);
      if (options.signIn !== undefined) return options.signIn();
      if (userName !== "box" || password.expose().toString() !== "right") return { outcome: "denied" };
      return { outcome: "ok", mailbox: this.maildrops.mailbox, identity: this.#watchedIdentity() };
    };
    const stages = { store: this.maildrops, signIn: { signIn: check }, broken: this.#broken, log: this.log };
    return { connection, served: servePop3(connection, settings, stages) };
  }

  async converse(input: readonly ScriptedRead[], options: SessionOptions = {}): Promise<ScriptedConnection> {
    const { connection, served } = this.connect(input, options);
    await served;
    return connection;
  }

  #watchedIdentity(): Identity {
    const real = parseIdentity(identity);
    const watch = { wiped: false };
    this.identities.push(watch);
    return {
      kind: real.kind,
      recipient: real.recipient,
      keys: () => real.keys(),
      unwrapFileKey: (stanza) => real.unwrapFileKey(stanza),
      wipe: () => {
        watch.wiped = true;
        real.wipe();
      },
    };
  }
}

/** What the session said, line by line. */
export function linesOf({ output }: ScriptedConnection): readonly string[] {
  return output.split("\r\n").slice(0, -1);
}

/** Content of this size; every line of it is a dot alone, so that a false end would show. */
export function dots(bytes: number): Buffer {
  return Buffer.alloc(bytes, ".\r\n");
}

/** Lets everything run that does not wait for the peer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await setImmediate();
}
