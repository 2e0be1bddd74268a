// SPDX-License-Identifier: Apache-2.0
/**
 * Real collectors fetch from Dovecot, once directly and once through the proxy. What the collector got must be the same,
 * and what the gateway recorded must be the octets that Dovecot sends.
 */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { TestMessage } from "../support/corpus.ts";
import { Dovecot, dovecotPassword } from "../support/dovecot.ts";
import { sha256 } from "../support/expected-content.ts";
import type { CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { proxyUserName, startProxiedGateway } from "../support/proxied-gateway.ts";
import { type Collector, collectors, type PullJob } from "./collectors.ts";
import { allMessages, readExported } from "./samples.ts";

/** Dovecot adds no dot to one that is the very first octet of a message: what follows is out of step for every client. */
const notByDovecot = /torture\/(dot-first|only-dots|lone-dot)$/;

function messagesOfDovecot(): readonly TestMessage[] {
  return allMessages().filter(({ name }) => !notByDovecot.test(name));
}

/** In place of a message without a header section fetchmail writes one that names the account. */
async function collectDigests({ collect }: Collector, job: PullJob): Promise<readonly string[]> {
  const collected = await collect(job);
  const neutral = collected.map((content) => content.toString("latin1").replaceAll(job.user, "user"));
  return digests(neutral.map((text) => Buffer.from(text, "latin1")));
}

/** Digests, so that a difference can be shown. */
function digests(contents: Iterable<Buffer>): readonly string[] {
  return Array.from(contents, (content) => sha256(content)).toSorted();
}

suite("fetching through the proxy", { skip: skipWithoutPeers(["dovecot"], { root: true }) }, () => {
  let dovecot: Dovecot;
  let gateway: GatewayProcess;
  let users = 0;
  before(async () => {
    dovecot = await Dovecot.start({ mechanisms: ["PLAIN", "LOGIN", "SCRAM-SHA-256"] });
    const { pop3, pop3s } = dovecot.ports;
    gateway = await startProxiedGateway({ ports: [pop3, pop3s], caFile: dovecot.certificateFile });
  });
  after(async () => {
    await gateway.remove();
    await dovecot.stop();
  });

  async function filledUser(messages: readonly TestMessage[]): Promise<string> {
    const user = `nobody-in-the-corpus-${++users}`;
    await dovecot.fill(
      user,
      messages.map(({ content }) => content),
    );
    return user;
  }

  /** What Dovecot sends, seen by a client of ours without anything in between. */
  async function sentByDovecot(messages: readonly TestMessage[]): Promise<readonly Buffer[]> {
    const tls = { ca: await dovecot.certificate() };
    const client = await Pop3Client.connect({ port: dovecot.ports.pop3s, tls });
    await client.signIn(await filledUser(messages), dovecotPassword);
    const numbers = messages.map((_, index) => index + 1);
    const sent = await Array.fromAsync(client.retrievePipelined(numbers));
    await client.quit();
    return sent;
  }

  async function recorded(mailbox: CreatedMailbox): Promise<readonly Buffer[]> {
    const directory = join(gateway.directory, `eml-${mailbox.id}`);
    await gateway.exportMailbox(mailbox, directory);
    return [...(await readExported(directory)).values()];
  }

  async function emptyDirectory(name: string): Promise<string> {
    const path = join(gateway.directory, name.replaceAll(/\W/g, "-"));
    await mkdir(path);
    return path;
  }

  async function proxySession(user: string, mailbox: CreatedMailbox): Promise<Pop3Client> {
    const tls = { ca: await gateway.certificate() };
    const client = await Pop3Client.connect({ port: gateway.ports.pop3s, tls });
    await client.signIn(proxyUserName(user, dovecot.ports.pop3s, mailbox), dovecotPassword);
    return client;
  }

  for (const collector of collectors) {
    const { title, program, carries, every = 1 } = collector;
    test(title, { skip: skipWithoutPeers([program]) }, async () => {
      const carried = messagesOfDovecot().filter(({ name }) => carries?.(name) ?? true);
      const messages = carried.filter((_, index) => index % every === 0);
      const sent = digests(await sentByDovecot(messages));
      const password = dovecotPassword;
      const direct: PullJob = {
        ports: dovecot.ports,
        certificateFile: dovecot.certificateFile,
        user: await filledUser(messages),
        password,
        directory: await emptyDirectory(`${title} direct`),
        count: messages.length,
      };
      const directly = await collectDigests(collector, direct);
      const user = await filledUser(messages);
      const mailbox = await gateway.createMailbox(title);
      const through: PullJob = {
        ports: gateway.ports,
        certificateFile: gateway.certificateFile,
        user: proxyUserName(user, title.includes("STLS") ? dovecot.ports.pop3 : dovecot.ports.pop3s, mailbox),
        password,
        directory: await emptyDirectory(title),
        count: messages.length,
      };
      assert.deepEqual(await collectDigests(collector, through), directly, "the client's copy");
      assert.deepEqual(digests(await recorded(mailbox)), sent, "the recorded copy");
      assert.deepEqual(await dovecot.messages(user), [], "what was deleted is gone from the upstream");
    });
  }

  test("left on the server: the second visit records nothing again; deleted later, it is gone upstream", async () => {
    const messages = messagesOfDovecot().slice(0, 20);
    const sent = await sentByDovecot(messages);
    const user = await filledUser(messages);
    const mailbox = await gateway.createMailbox("left on the server");
    const numbers = messages.map((_, index) => index + 1);
    for (const visit of ["first", "second"]) {
      const client = await proxySession(user, mailbox);
      const got = await Array.fromAsync(client.retrievePipelined(numbers));
      await client.quit();
      assert.deepEqual(digests(got), digests(sent), `the ${visit} visit`);
    }
    assert.deepEqual(digests(await recorded(mailbox)), digests(sent));
    const client = await proxySession(user, mailbox);
    for (const number of numbers) await client.command(`DELE ${number}`);
    await client.quit();
    assert.deepEqual(await dovecot.messages(user), []);
  });

  test("deleted without having been fetched: recorded first", async () => {
    const messages = messagesOfDovecot().slice(0, 5);
    const sent = await sentByDovecot(messages);
    const user = await filledUser(messages);
    const mailbox = await gateway.createMailbox("never fetched");
    const client = await proxySession(user, mailbox);
    for (const [index] of messages.entries()) await client.command(`DELE ${index + 1}`);
    await client.quit();
    assert.deepEqual(await dovecot.messages(user), []);
    assert.deepEqual(digests(await recorded(mailbox)), digests(sent));
  });
});
