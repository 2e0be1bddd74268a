// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { SmtpClientMachine } from "../protocol/smtp/client/machine.ts";
import type { SmtpClientEffect, SmtpClientEvent } from "../protocol/smtp/client/machine-types.ts";
import type { Reply } from "../protocol/smtp/reply.ts";
import { connectToAny } from "./connect.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { converse } from "./opening.ts";
import { KeyDeriver } from "./sasl-crypto.ts";
import { smtpLeg } from "./smtp-leg.ts";
import { UpstreamTls } from "./tls.ts";
import { TrustStore } from "./trust.ts";
import { UpstreamConnection } from "./upstream-connection.ts";

/** A listener of the gateway itself, and one message for it. */
export interface OwnDelivery {
  /** Where to connect to: an address, never a name. */
  readonly address: string;
  readonly port: number;
  /** Our name in EHLO. */
  readonly hostName: string;
  /** SHA-256 of the gateway's own certificate: the listener must show this one, whoever issued it. */
  readonly fingerprint: string;
  readonly recipient: string;
  readonly content: Buffer;
  readonly clock: Clock;
}

export type OwnDeliveryResult =
  | { readonly kind: "answered"; readonly reply: Reply }
  /** There was no verdict; `text` says how far it came. */
  | { readonly kind: "failed"; readonly text: string };

/** Delivers a message to a listener of the gateway as a peer would: EHLO, STARTTLS, MAIL, RCPT, BDAT. */
export async function deliverToSelf(delivery: OwnDelivery): Promise<OwnDeliveryResult> {
  const { address, port, clock } = delivery;
  const deadline = startDeadline(clock, limits.testMessageMs);
  const reached = await connectToAny([address], { port, timeoutMs: deadline.leftMs() });
  if (reached.kind !== "connected") {
    const reason = reached.kind === "unreachable" ? `cannot be reached (${reached.reason})` : "does not answer";
    return { kind: "failed", text: `${address} port ${port} ${reason}` };
  }
  const connection = new UpstreamConnection(reached.socket, { address, port });
  try {
    return await conversation(delivery, connection, deadline);
  } finally {
    connection.destroy();
  }
}

async function conversation(
  { address, port, hostName, fingerprint, recipient, content, clock }: OwnDelivery,
  connection: UpstreamConnection,
  deadline: Deadline,
): Promise<OwnDeliveryResult> {
  const host = hostName.toLowerCase();
  const target = { host, hostKind: "name", port } as const;
  const tls = new UpstreamTls(await TrustStore.load({ caFiles: new Map(), pins: new Map([[host, fingerprint]]) }));
  const machine = new SmtpClientMachine({ hostName, tls: "starttls" });
  const leg = smtpLeg(machine, address);
  const options = { target, port, tls, deriver: new KeyDeriver(), clock, deadline };
  const opened = await converse(leg, connection, [], options);
  if (opened.kind === "failed") return { kind: "failed", text: opened.text };
  if (opened.kind !== "ready") return { kind: "answered", reply: opened.verdict };
  const exchange = new Exchange(machine, connection, deadline);
  const parts: readonly (readonly SmtpClientEvent[])[] = [
    [{ type: "unsigned" }, { type: "command", command: { verb: "MAIL", path: "", parameters: [] } }],
    [{ type: "command", command: { verb: "RCPT", path: recipient, parameters: [] } }],
    [{ type: "chunk", bytes: content, last: true }],
  ];
  let verdict: OwnDeliveryResult = { kind: "failed", text: "nothing was asked" };
  for (const events of parts) {
    verdict = await exchange.ask(events);
    if (verdict.kind === "failed" || verdict.reply.code >= 400) break;
  }
  await exchange.ask([{ type: "command", command: { verb: "QUIT" } }]);
  return verdict;
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

  async ask(events: readonly SmtpClientEvent[]): Promise<OwnDeliveryResult> {
    let effects: readonly SmtpClientEffect[] = events.flatMap((event) => this.#machine.handle(event));
    for (;;) {
      for (const effect of effects) {
        if (effect.type === "send") await this.#connection.write(effect.bytes);
        else if (effect.type === "reply" || effect.type === "closing") return { kind: "answered", reply: effect.reply };
        else return { kind: "failed", text: `the conversation broke off (${effect.type})` };
      }
      const bytes = await this.#connection.read(this.#deadline.leftMs());
      if (!Buffer.isBuffer(bytes)) return { kind: "failed", text: silence[bytes] };
      effects = this.#machine.handle({ type: "bytes", bytes });
    }
  }
}

const silence = {
  ended: "the listener closed the connection",
  lost: "the connection was lost",
  "timed-out": "the listener stopped answering",
} as const;
