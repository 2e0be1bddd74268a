// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { ControlClient } from "../../../src/admin/control-client.ts";
import type { OperationInput, OperationName, OperationOutput } from "../../../src/admin/operations.ts";
import type { GatewayProcess } from "../../support/gateway-process.ts";
import { Pop3Client } from "../../support/pop3-client.ts";
import { SmtpClient } from "../../support/smtp-client.ts";

/** Runs an operation by the control socket of a running gateway, as the command line does, without a process for each. */
export async function operate<N extends OperationName>(
  gateway: GatewayProcess,
  operation: N,
  input: OperationInput<N>,
): Promise<OperationOutput<N>> {
  const client = await ControlClient.find(join(gateway.dataDirectory, "control.sock"), "cli:laboratory");
  if (client === undefined) throw new Error("the gateway's control socket does not answer");
  return client.run(operation, input, () => undefined);
}

export function openSmtp(gateway: GatewayProcess, ca: string): Promise<SmtpClient> {
  return SmtpClient.open({ port: gateway.ports.smtp, startTls: { ca } });
}

/** A client of the SMTP proxy, signed in. */
export async function openSubmission(gateway: GatewayProcess, ca: string, user: ProxyUser): Promise<SmtpClient> {
  const client = await SmtpClient.connect({ port: gateway.ports.submissions, tls: { ca } });
  await client.command("EHLO client.test", 250);
  await client.command(`AUTH PLAIN ${Buffer.from(`\0${proxyName(user)}\0${user.password}`).toString("base64")}`, 235);
  return client;
}

/** A client that pulls, or with a proxy user one of the POP3 proxy; signed in. */
export async function openPop3(gateway: GatewayProcess, ca: string, user: PullUser | ProxyUser): Promise<Pop3Client> {
  const client = await Pop3Client.connect({ port: gateway.ports.pop3s, tls: { ca } });
  try {
    await client.signIn("port" in user ? proxyName(user) : user.mailbox, user.password);
    return client;
  } catch (error) {
    client.peer.destroy();
    throw error;
  }
}

export interface PullUser {
  readonly mailbox: string;
  readonly password: string;
}

export interface ProxyUser extends PullUser {
  readonly user: string;
  readonly port: number;
}

function proxyName({ user, port, mailbox }: ProxyUser): string {
  return `${user}%127.0.0.1:${port}%${mailbox}`;
}

/** Unique-ids by message-number. */
export async function uniqueIds(client: Pop3Client): Promise<readonly string[]> {
  return (await client.listing("UIDL")).map((line) => line.split(" ")[1] ?? "");
}
