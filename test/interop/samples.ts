// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCorpus, type TestMessage } from "../support/corpus.ts";
import { sha256, withoutTraceBlock } from "../support/expected-content.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { SmtpClient, type SmtpReply, type Transaction } from "../support/smtp-client.ts";
import { tortureMessages } from "../support/torture.ts";

/** The corpus, where it is, and the torture messages. */
export function allMessages(): readonly TestMessage[] {
  return [...loadCorpus(), ...tortureMessages()];
}

export type Way = Pick<Transaction, "chunkBytes" | "segmentBytes">;

/**
 * Each message has an envelope sender of its own: by it a stored message is found again, and two messages of the corpus
 * with equal content are not a repeated delivery.
 */
export function senderOf(index: number): string {
  return `m${index}@sender.test`;
}

/** Delivers all messages over some STARTTLS sessions of our own client; each must be accepted. */
export async function deliverAll(
  gateway: GatewayProcess,
  mailbox: CreatedMailbox,
  messages: readonly TestMessage[],
  way: Way = { chunkBytes: [1_000_000] },
): Promise<void> {
  const ca = await gateway.certificate();
  await overSessions(messages, { port: gateway.ports.smtp, startTls: { ca } }, (client, { content }, index) =>
    client.deliver({ from: senderOf(index), to: [mailbox.address], content, ...way }),
  );
}

/** Shares the messages among four sessions, which do not wait for each other; every reply must be 250. */
export async function overSessions(
  messages: readonly TestMessage[],
  address: Parameters<typeof SmtpClient.open>[0],
  deliver: (client: SmtpClient, message: TestMessage, index: number) => Promise<SmtpReply>,
): Promise<void> {
  const waiting = messages.entries();
  const session = async (): Promise<void> => {
    const client = await SmtpClient.open(address);
    for (const [index, message] of waiting) {
      const reply = await deliver(client, message, index);
      assert.equal(reply.code, 250, `${message.name}: ${reply.text}`);
    }
    await client.quit();
  };
  await Promise.all([session(), session(), session(), session()]);
}

/**
 * Compares pulled messages (trace block and content) with what they must be, each by its envelope sender and SHA-256.
 * Every message must be there once, nothing else.
 */
export function assertSameMessages(
  pulled: readonly Buffer[],
  messages: readonly TestMessage[],
  expected: (content: Buffer) => Buffer,
): void {
  const digests = new Map<string, string>();
  for (const message of pulled) {
    const { trace, content } = withoutTraceBlock(message);
    const sender = /^X-Envelope-From: (\S+)/m.exec(trace)?.[1] ?? "";
    assert.ok(!digests.has(sender), `${sender} came twice`);
    digests.set(sender, sha256(content));
  }
  const wrong = messages.filter(({ content }, index) => digests.get(senderOf(index)) !== sha256(expected(content)));
  assert.deepEqual(
    wrong.map(({ name }) => name),
    [],
    "messages that differ or are missing",
  );
  assert.equal(pulled.length, messages.length);
}

/** What `export --format eml` wrote: the received octets of each message, with the envelope sender from the JSON beside. */
export async function readExported(directory: string): Promise<ReadonlyMap<string, Buffer>> {
  const exported = new Map<string, Buffer>();
  for (const name of (await readdir(directory)).filter((each) => each.endsWith(".eml"))) {
    const envelope = await readFile(join(directory, name.replace(/eml$/, "json")), "utf8");
    const sender = /"(m\d+@sender\.test)"/.exec(envelope)?.[1] ?? name;
    exported.set(sender, await readFile(join(directory, name)));
  }
  return exported;
}

/** Compares exported contents with the messages, octet for octet. */
export function assertExported(
  exported: ReadonlyMap<string, Buffer>,
  messages: readonly TestMessage[],
  expected: (content: Buffer) => Buffer = (content) => content,
): void {
  const wrong = messages.filter(({ content }, index) => {
    const found = exported.get(senderOf(index));
    return found === undefined || sha256(found) !== sha256(expected(content));
  });
  assert.deepEqual(
    wrong.map(({ name }) => name),
    [],
    "messages that differ or are missing",
  );
  assert.equal(exported.size, messages.length);
}

/** A session of our own POP3 client on the POP3S port, signed in. */
export async function openMaildrop(gateway: GatewayProcess, mailbox: CreatedMailbox): Promise<Pop3Client> {
  const tls = { ca: await gateway.certificate() };
  const client = await Pop3Client.connect({ port: gateway.ports.pop3s, tls });
  await client.signIn(mailbox.id, mailbox.password);
  return client;
}

/** Pulls everything with our own client, many RETR at once, and checks each size against LIST. */
export async function pullAll(gateway: GatewayProcess, mailbox: CreatedMailbox): Promise<readonly Buffer[]> {
  const client = await openMaildrop(gateway, mailbox);
  const sizes = (await client.listing("LIST")).map((line) => Number(line.split(" ")[1]));
  const pulled: Buffer[] = [];
  for await (const message of client.retrievePipelined(sizes.map((_, index) => index + 1))) {
    assert.equal(message.length, sizes[pulled.length], `LIST of message ${pulled.length + 1}`);
    pulled.push(message);
  }
  await client.quit();
  return pulled;
}

/** How many messages the mailbox holds, as POP3 tells it. */
export async function countMessages(gateway: GatewayProcess, mailbox: CreatedMailbox): Promise<number> {
  const client = await openMaildrop(gateway, mailbox);
  const count = Number((await client.command("STAT")).split(" ")[0]);
  await client.quit();
  return count;
}
