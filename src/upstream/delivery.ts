// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import type { Target } from "../protocol/proxy-user-name.ts";
import type { Credentials } from "../protocol/sasl/credentials.ts";
import { SmtpClientMachine } from "../protocol/smtp/client/machine.ts";
import type { SmtpClientEffect, SmtpClientEvent } from "../protocol/smtp/client/machine-types.ts";
import type { Reply } from "../protocol/smtp/reply.ts";
import { connectToAny } from "./connect.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { converse } from "./opening.ts";
import { freshNonce, KeyDeriver, saslCrypto } from "./sasl-crypto.ts";
import { smtpLeg } from "./smtp-leg.ts";
import type { UpstreamTls } from "./tls.ts";
import { UpstreamConnection } from "./upstream-connection.ts";

/** One message of the gateway's own, and the server that takes it. */
export interface Delivery {
  /** Where to connect to; the first that answers. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Whose certificate the server must show. */
  readonly target: Target;
  /** There is no third way: nothing is said to a server without TLS (I5). */
  readonly security: "implicit" | "starttls";
  readonly tls: UpstreamTls;
  /** Our name in EHLO. */
  readonly hostName: string;
  /** Whoever passes them wipes them. */
  readonly credentials?: Credentials;
  /** Without angle brackets; empty for the null reverse-path. */
  readonly reversePath: string;
  readonly recipients: readonly string[];
  readonly content: Buffer;
  readonly clock: Clock;
  /** For all of it. */
  readonly totalMs: number;
  readonly signal?: AbortSignal;
}

export type DeliveryResult =
  /** The verdict on the message, or the refusal that kept it from being sent. */
  | { readonly kind: "answered"; readonly reply: Reply; readonly refusedRecipients: readonly RefusedRecipient[] }
  /** There was no verdict; `text` says how far it came. */
  | { readonly kind: "failed"; readonly text: string };

export interface RefusedRecipient {
  readonly recipient: string;
  readonly reply: Reply;
}

/** Delivers a message over verified TLS. Who accepts one recipient of several gets the message for that one. */
export async function deliver(delivery: Delivery): Promise<DeliveryResult> {
  const { addresses, port, clock, totalMs, target, signal } = delivery;
  const deadline = startDeadline(clock, totalMs);
  const reached = await connectToAny(addresses, { port, timeoutMs: deadline.leftMs() });
  if (reached.kind !== "connected") {
    const reason = reached.kind === "unreachable" ? `cannot be reached (${reached.reason})` : "does not answer";
    return { kind: "failed", text: `${target.host} port ${port} ${reason}` };
  }
  const connection = new UpstreamConnection(reached.socket, { address: reached.address, port });
  const giveUp = (): void => connection.destroy();
  signal?.addEventListener("abort", giveUp);
  try {
    return signal?.aborted === true ? broken : await conversation(delivery, connection, deadline);
  } finally {
    signal?.removeEventListener("abort", giveUp);
    connection.destroy();
  }
}

const broken: DeliveryResult = { kind: "failed", text: "it was given up" };

async function conversation(
  delivery: Delivery,
  connection: UpstreamConnection,
  deadline: Deadline,
): Promise<DeliveryResult> {
  const { target, port, tls, hostName, clock, security, credentials } = delivery;
  const machine = new SmtpClientMachine({ hostName, tls: security });
  const leg = smtpLeg(machine, target.host);
  const options = { target, port, tls, deriver: new KeyDeriver(), clock, deadline };
  if (security === "implicit") {
    const handshake = { target, port, timeoutMs: deadline.leftMs(), nowMs: clock.nowMs() };
    const failed = await connection.startTls(tls, handshake);
    if (failed !== undefined) return { kind: "failed", text: failed.text };
  }
  let opened = await converse(leg, connection, [], options);
  let chunking = false;
  if (opened.kind === "ready") {
    chunking = opened.offer.chunking;
    if (credentials !== undefined) {
      const context = { credentials, crypto: saslCrypto, nonce: freshNonce(), host: target.host, port };
      opened = await converse(leg, connection, leg.handle({ type: "sign-in", context }), options);
    }
  }
  if (opened.kind === "failed") return { kind: "failed", text: opened.text };
  if (opened.kind === "refused") return { kind: "answered", reply: opened.verdict, refusedRecipients: [] };
  return transaction(new Exchange(machine, connection, deadline), delivery, {
    chunking,
    signedIn: opened.kind === "signed-in",
  });
}

async function transaction(
  exchange: Exchange,
  { reversePath, recipients, content }: Delivery,
  { chunking, signedIn }: { readonly chunking: boolean; readonly signedIn: boolean },
): Promise<DeliveryResult> {
  const mail = { type: "command", command: { verb: "MAIL", path: reversePath, parameters: [] } } as const;
  const begun = await exchange.ask(signedIn ? [mail] : [{ type: "unsigned" }, mail]);
  if (begun.kind === "failed" || begun.reply.code >= 400) return begun;
  const refusedRecipients: RefusedRecipient[] = [];
  for (const recipient of recipients) {
    const answer = await exchange.ask([
      { type: "command", command: { verb: "RCPT", path: recipient, parameters: [] } },
    ]);
    if (answer.kind === "failed") return answer;
    if (answer.reply.code >= 400) refusedRecipients.push({ recipient, reply: answer.reply });
  }
  const [refused] = refusedRecipients;
  const verdict: DeliveryResult =
    refused !== undefined && refusedRecipients.length === recipients.length
      ? { kind: "answered", reply: refused.reply, refusedRecipients: [] }
      : await exchange.send(content, chunking);
  if (verdict.kind === "answered") await exchange.ask([{ type: "command", command: { verb: "QUIT" } }]);
  return verdict.kind === "answered" ? { ...verdict, refusedRecipients } : verdict;
}

/** One command and its reply after the other. */
class Exchange {
  readonly #machine: SmtpClientMachine;
  readonly #connection: UpstreamConnection;
  readonly #deadline: Deadline;

  constructor(machine: SmtpClientMachine, connection: UpstreamConnection, deadline: Deadline) {
    this.#machine = machine;
    this.#connection = connection;
    this.#deadline = deadline;
  }

  /** The content, and the verdict on it. */
  async send(content: Buffer, chunking: boolean): Promise<DeliveryResult> {
    if (chunking) return this.ask([{ type: "chunk", bytes: content, last: true }]);
    const begun = await this.ask([{ type: "command", command: { verb: "DATA" } }]);
    if (begun.kind === "failed" || begun.reply.code !== 354) return begun;
    return this.ask([{ type: "content", bytes: content }, { type: "end-of-data" }]);
  }

  async ask(events: readonly SmtpClientEvent[]): Promise<DeliveryResult> {
    let effects: readonly SmtpClientEffect[] = events.flatMap((event) => this.#machine.handle(event));
    for (;;) {
      for (const effect of effects) {
        if (effect.type === "send") await this.#connection.write(effect.bytes);
        else if (effect.type === "reply" || effect.type === "closing")
          return { kind: "answered", reply: effect.reply, refusedRecipients: [] };
        else return { kind: "failed", text: `the conversation broke off (${effect.type})` };
      }
      const bytes = await this.#connection.read(this.#deadline.leftMs());
      if (!Buffer.isBuffer(bytes)) return { kind: "failed", text: silence[bytes] };
      effects = this.#machine.handle({ type: "bytes", bytes });
    }
  }
}

const silence = {
  ended: "the server closed the connection",
  lost: "the connection was lost",
  "timed-out": "the server stopped answering",
} as const;
