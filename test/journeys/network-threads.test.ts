// SPDX-License-Identifier: Apache-2.0

/** Several network threads at the same ports are one gateway to everybody outside, and the fault of one is its own. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { networkThreads } from "../../src/network/mail-doors.ts";
import { ThreadDoors } from "../../src/network/thread-doors.ts";
import { LocalGateway, type LocalGatewayParts, type LocalMailbox } from "../support/local-gateway.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import type { SmtpClient } from "../support/smtp-client.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { waitFor } from "../support/wait-for.ts";

const threads = 3;
/** So many connections that each thread has some, but for one case in ten million. */
const many = 48;
const skip = networkThreads(threads) === 1 ? "this system does not spread connections" : false;

let directory: string;
let local: LocalGateway;
let mailbox: LocalMailbox;
let clients: SmtpClient[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory("threads");
});

afterEach(async () => {
  for (const client of clients) client.peer.destroy();
  clients = [];
  await local.gateway.stop();
  await removeDirectory(directory);
});

async function start(parts: LocalGatewayParts = {}): Promise<void> {
  local = await LocalGateway.start(directory, { ...parts, environment: { POSTERN_GATEWAY_THREADS: String(threads) } });
  mailbox = await local.createMailbox();
}

async function open(count: number): Promise<readonly SmtpClient[]> {
  const opened = await Promise.all(Array.from({ length: count }, () => local.smtp()));
  clients = [...clients, ...opened];
  return opened;
}

/** Which threads have had sessions, by their numbers, which begin the ids of connections. */
function threadsSeen(): readonly string[] {
  const opened = local.events.filter(({ code }) => code === "session/opened");
  return [...new Set(opened.map(({ fields }) => String(fields["connection"]).split("-", 1)[0] ?? ""))].toSorted();
}

function deliver(client: SmtpClient, text: string): Promise<{ readonly code: number }> {
  return client.deliver({ from: "a@sender.test", to: [mailbox.address], content: Buffer.from(`${text}\r\n`) });
}

async function pulled(): Promise<readonly string[]> {
  const client = await local.pop3(mailbox);
  const count = Number((await client.command("STAT")).split(" ")[0]);
  const texts: string[] = [];
  for (let number = 1; number <= count; number++) texts.push((await client.retrieve(number)).toString());
  await client.command("QUIT");
  return texts.map((text) => text.trimEnd().split("\r\n").at(-1) ?? "").toSorted();
}

function doors(): ThreadDoors {
  assert.ok(local.gateway.doors instanceof ThreadDoors);
  return local.gateway.doors;
}

test("connections are spread, and what comes in by all of them is one maildrop", { skip }, async () => {
  await start();
  const opened = await open(many);
  const replies = await Promise.all(opened.map((client, at) => deliver(client, `message ${at}`)));
  assert.deepEqual(new Set(replies.map(({ code }) => code)), new Set([250]));
  assert.deepEqual(threadsSeen(), ["1", "2", "3"]);
  assert.deepEqual(await pulled(), opened.map((_, at) => `message ${at}`).toSorted());
  assert.equal(local.count("smtp/kept"), many);
});

test("the limits of connections hold for all threads together", { skip }, async () => {
  local = await LocalGateway.start(directory, {
    environment: { POSTERN_GATEWAY_THREADS: String(threads), POSTERN_LIMITS_CONNECTIONS_PER_ADDRESS: "6" },
  });
  const opened = await open(6);
  await assert.rejects(local.smtp(), /421/);
  for (const client of opened) await client.quit();
  await waitFor("places are free again", async () => (await open(6).catch(() => [])).length === 6);
});

test("wrong passwords count together, whichever thread they came to", { skip }, async () => {
  local = await LocalGateway.start(directory, {
    environment: { POSTERN_GATEWAY_THREADS: String(threads), POSTERN_LIMITS_PASSWORD_FAILURES_PER_ADDRESS: "9" },
  });
  mailbox = await local.createMailbox();
  const tls = { rejectUnauthorized: false };
  const answers: string[] = [];
  for (let turn = 0; turn < 12; turn++) {
    const client = await Pop3Client.connect({ port: local.gateway.port("pop3s"), tls });
    await client.ask(`USER ${mailbox.id}`);
    answers.push(await client.ask("PASS wrong"));
    client.peer.destroy();
  }
  assert.ok(threadsSeen().length > 1);
  assert.deepEqual(
    answers.map((answer) => /\[(.*?)\]/.exec(answer)?.[1]),
    [...Array.from({ length: 9 }, () => "AUTH"), ...Array.from({ length: 3 }, () => "SYS/TEMP")],
  );
});

test("a maildrop is leased once, and again after the thread of its session has ended", { skip }, async () => {
  await start();
  const first = await local.pop3(mailbox);
  for (let turn = 0; turn < 8; turn++) await assert.rejects(local.pop3(mailbox), /IN-USE/);
  const holder = local.events.find(({ code }) => code === "pop3/signed-in");
  const place = Number(String(holder?.fields["connection"]).split("-", 1)[0]);
  await doors().end(place);
  let second: Pop3Client | undefined;
  await waitFor("the lease is free", async () => {
    second = await local.pop3(mailbox).catch(() => undefined);
    return second !== undefined;
  });
  second?.peer.destroy();
  first.peer.destroy();
});

test("a mailbox that was suspended is so for every thread at once, and a new setting reaches them all", {
  skip,
}, async () => {
  await start();
  const opened = await open(many);
  assert.deepEqual(threadsSeen(), ["1", "2", "3"]);
  for (const client of opened) await client.command("MAIL FROM:<a@sender.test>", 250);
  await local.gateway.mailboxes.suspend(local.gateway.mailboxes.list()[0]?.id ?? "mbx-");
  const replies = await Promise.all(opened.map((client) => client.command(`RCPT TO:<${mailbox.address}>`)));
  assert.deepEqual(new Set(replies.map(({ code }) => code)), new Set([450]));
  await local.settings.change({ "limits.max_message_size": "3 MiB" });
  await waitFor("every thread has the new setting", async () => {
    const later = await open(many);
    const hellos = await Promise.all(later.map((client) => client.command("EHLO client.test", 250)));
    return hellos.every(({ text }) => text.includes("SIZE 3145728"));
  });
});

test("a thread that ends takes its own sessions with it and nothing else", { skip }, async () => {
  await start();
  const opened = await open(many);
  const replies = await Promise.all(opened.map((client, at) => deliver(client, `before ${at}`)));
  assert.ok(replies.every(({ code }) => code === 250));
  for (const client of opened) {
    await client.command("MAIL FROM:<a@sender.test>", 250);
    await client.command(`RCPT TO:<${mailbox.address}>`, 250);
    await client.command("DATA", 354);
  }
  await doors().end(2);
  const results = await Promise.allSettled(opened.map((client, at) => client.data(Buffer.from(`after ${at}\r\n`))));
  const kept = results.flatMap((result, at) =>
    result.status === "fulfilled" ? [{ at, code: result.value.code }] : [],
  );
  assert.ok(kept.length > 0 && kept.length < many, `${kept.length} of ${many} went on`);
  assert.deepEqual(new Set(kept.map(({ code }) => code)), new Set([250]));
  const wanted = [...opened.map((_, at) => `before ${at}`), ...kept.map(({ at }) => `after ${at}`)].toSorted();
  const got = await pulled();
  // At least once: a thread may end between the sync and the reply.
  assert.deepEqual(
    got.filter((text) => wanted.includes(text)),
    wanted,
  );
  assert.deepEqual(
    got.filter((text) => !/^(before|after) \d+$/.test(text)),
    [],
  );
  await waitFor("the thread is there again", async () => doors().threads === threads);
  assert.equal(local.count("network/thread-ended"), 1);
  await waitFor("that is told", async () => local.count("network/thread-started") === 1);
  await open(many);
  assert.deepEqual(threadsSeen(), ["1", "2", "3", "4"]);
});

test("a thread resumes the TLS session that another began", { skip }, async () => {
  await start();
  const session = await new Promise<Buffer>((resolve, reject) => {
    const first = dial();
    first.once("session", (ticket) => {
      first.destroy();
      resolve(ticket);
    });
    first.once("error", reject);
    first.resume();
  });
  const reused: boolean[] = [];
  for (let turn = 0; turn < 12; turn++) {
    const socket = dial(session);
    // The greeting.
    await once(socket, "data");
    reused.push(socket.isSessionReused());
    socket.destroy();
  }
  assert.deepEqual(new Set(reused), new Set([true]));
  await waitFor("several threads served", async () => threadsSeen().length > 1);
});

function dial(session?: Buffer): TLSSocket {
  const resumed = session === undefined ? {} : { session };
  return connect({ port: local.gateway.port("pop3s"), host: "127.0.0.1", rejectUnauthorized: false, ...resumed });
}

test("a port that somebody else has is not shared with them", { skip }, async () => {
  await start();
  const port = local.gateway.port("smtp");
  const other = await temporaryDirectory("threads");
  const environment = { POSTERN_GATEWAY_THREADS: String(threads), POSTERN_LISTEN_SMTP: `127.0.0.1:${port}` };
  await assert.rejects(LocalGateway.start(other, { environment }), /listen\/address-in-use|address is in use/);
  await removeDirectory(other);
});
