// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { createGateway, type Gateway } from "../../src/gateway.ts";
import { EventList } from "../support/event-list.ts";
import { FakeAuthority, type FakeCertificate } from "../support/fake-certificates.ts";
import { FakeUpstream, ordinaryPop3, type Script } from "../support/fake-upstream.ts";
import { localConfiguration } from "../support/local-gateway.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const host = "mail.example.test";
const remotePassword = "the-users-password";
const messages = [
  "Subject: one\r\n\r\n.dot\r\n..two dots\r\n.\r\nend\r\n",
  `Subject: large\r\n\r\n${"0123456789abcdef\r\n".repeat(60_000)}`,
  "Subject: bare\r\n\r\na bare \n line feed and a \0\r\n",
];

let directory = "";
let certificate: FakeCertificate;
let expired: FakeCertificate;
before(async () => {
  directory = await temporaryDirectory("pop3-proxy");
  const authority = await FakeAuthority.create();
  certificate = await authority.issue([host]);
  expired = await authority.issue([host], "2020-01-01");
  await writeFile(join(directory, "ca.pem"), authority.pem);
});
after(() => removeDirectory(directory));

interface World {
  readonly gateway: Gateway;
  readonly upstream: FakeUpstream;
  readonly log: EventList;
  readonly removed: number[];
  /** As a mail client's user types it, for a new mailbox. */
  readonly user: (mailbox: string) => string;
  connect(): Promise<Pop3Client>;
}

interface Other {
  readonly script?: Script;
  readonly certificate?: FakeCertificate;
}

/** A gateway with its own data directory and an ordinary POP3 server that it may reach and whose authority it knows. */
async function withWorld(name: string, use: (world: World) => Promise<void>, other: Other = {}): Promise<void> {
  const removed: number[] = [];
  const script = ordinaryPop3({ user: "anna@example.test", password: remotePassword, messages, removed });
  const upstream = await FakeUpstream.start({ certificate, tls: "implicit", script, ...other });
  const log = new EventList();
  const text = `${localConfiguration(join(directory, name)).replace("[limits]", '[limits]\ndrain_time = "1 s"')}
[proxy]
allowed_targets = ["127.0.0.0/8:${upstream.port}"]
[proxy.ca_files]
"${host}" = ${JSON.stringify(join(directory, "ca.pem"))}
`;
  const configuration = loadConfig({ text, environment: {} });
  const gateway = await createGateway(configuration, { log, resolver: () => Promise.resolve(["127.0.0.1"]) });
  try {
    await gateway.start();
    await use({
      gateway,
      upstream,
      log,
      removed,
      user: (mailbox) => `anna@example.test%${host}:${upstream.port}%${mailbox}`,
      connect: () => Pop3Client.connect({ port: gateway.port("pop3s"), tls: { rejectUnauthorized: false } }),
    });
    assert.equal(upstream.heardInClear, "");
    for (const { fields } of log.events)
      assert.ok(!JSON.stringify(fields).includes(remotePassword), "no credential in the log");
  } finally {
    await gateway.stop();
    await upstream.stop();
  }
}

/** What an archive gets of a mailbox: trace block and content of each message. */
async function pull(world: World, id: string, password: string): Promise<{ trace: string; content: string }[]> {
  const client = await world.connect();
  await client.signIn(id, password);
  const pulled = [];
  for (const line of await client.listing("LIST")) {
    const text = (await client.retrieve(Number.parseInt(line, 10))).toString("latin1");
    const end = "X-Postern-Trace: end\r\n";
    const at = text.indexOf(end) + end.length;
    pulled.push({ trace: text.slice(0, at), content: text.slice(at) });
  }
  await client.quit();
  return pulled;
}

test("what a client fetches through the proxy is in the mailbox, octet by octet, once", async () => {
  await withWorld("fetch", async (world) => {
    const { mailbox, password } = await world.gateway.mailboxes.create({ name: "anna" });
    const secret = password.expose().toString();
    for (const session of [1, 2]) {
      const client = await world.connect();
      await client.signIn(world.user(mailbox.id), remotePassword);
      assert.deepEqual(await client.listing("UIDL"), ["1 id-1", "2 id-2", "3 id-3"]);
      for (const [at, message] of messages.entries())
        assert.equal((await client.retrieve(at + 1)).toString("latin1"), message, `message ${at + 1} as upstream`);
      if (session === 2) await client.command("DELE 1");
      assert.equal(await client.quit(), "bye");
    }
    assert.deepEqual(world.removed, [1]);
    const pulled = await pull(world, mailbox.id, secret);
    // POP3 cannot carry the bare LF and the NUL of the last one: the puller gets them normalised (docs/formats).
    const expected = [...messages.slice(0, 2), "Subject: bare\r\n\r\na bare \r\n line feed and a \x80\r\n"];
    assert.deepEqual(
      pulled.map(({ content }) => content),
      expected,
    );
    const [first] = pulled;
    assert.match(first?.trace ?? "", /^X-Postern-Source: pop3-proxy\r$/m);
    assert.match(first?.trace ?? "", new RegExp(`^X-Postern-Upstream: ${host}:${world.upstream.port}\r$`, "m"));
    assert.match(first?.trace ?? "", /^X-Postern-Remote-User: anna@example\.test\r$/m);
    assert.equal(world.log.of("pop3-proxy/recorded").length, 3);
    assert.deepEqual(
      world.log
        .of("pop3-proxy/closed")
        .map(({ recorded, recordedBefore, marked }) => [recorded, recordedBefore, marked]),
      [
        [3, 0, 0],
        [0, 3, 1],
      ],
    );
  });
});

test("one door: the user name says where it leads, and a wrong form is told", async () => {
  await withWorld("door", async (world) => {
    const { mailbox, password } = await world.gateway.mailboxes.create({ name: "anna" });
    const client = await world.connect();
    const capabilities = await client.listing("CAPA");
    for (const absent of ["UTF8", "EXPIRE NEVER", "IMPLEMENTATION Postern"]) assert.ok(!capabilities.includes(absent));
    assert.ok(capabilities.includes("SASL PLAIN LOGIN XOAUTH2 OAUTHBEARER"));
    await client.command(`USER anna@example.test%${mailbox.id}`);
    assert.match(await client.ask("PASS x"), /^-ERR \[AUTH\] the user name must be user%server%mailbox-id/);
    await client.command(`USER ${world.user(mailbox.id)}`);
    assert.match(await client.ask("PASS wrong"), /^-ERR \[AUTH\] The server does not accept/);
    await client.command(`USER ${world.user("mbx-00000000000000000000000000000000")}`);
    assert.match(await client.ask("PASS x"), /^-ERR \[SYS\/TEMP\] Nothing can be recorded/);
    await client.signIn(world.user(mailbox.id), remotePassword);
    assert.deepEqual((await client.listing("CAPA")).toSorted(), ["PIPELINING", "RESP-CODES", "TOP", "UIDL"]);
    assert.match(await client.ask("XTND XMIT"), /^-ERR Unknown command/);
    await client.quit();
    const puller = await world.connect();
    await puller.signIn(mailbox.id, password.expose().toString());
    assert.equal(await puller.command("STAT"), "0 0");
    await puller.quit();
    await world.gateway.mailboxes.suspend(mailbox.id);
    const late = await world.connect();
    await late.command(`USER ${world.user(mailbox.id)}`);
    assert.match(await late.ask(`PASS ${remotePassword}`), /^-ERR \[SYS\/TEMP\] Nothing can be recorded/);
    await late.quit();
  });
});

test("a token goes on with the rewritten user name, and opens no mailbox of ours", async () => {
  const heard: string[] = [];
  const script: Script = async (peer) => {
    peer.send("+OK\r\n");
    for (;;) {
      const line = await peer.line();
      if (line === "CAPA") peer.send("+OK\r\nSASL XOAUTH2\r\n.\r\n");
      else if (line.startsWith("AUTH XOAUTH2")) {
        const initial = line.split(" ")[2];
        if (initial === undefined) peer.send("+ \r\n");
        heard.push(Buffer.from(initial ?? (await peer.line()), "base64").toString());
        peer.send("+OK signed in\r\n");
      } else peer.send("+OK\r\n");
      if (line === "QUIT") return;
    }
  };
  const xoauth2 = (user: string): string =>
    Buffer.from(`user=${user}\u0001auth=Bearer a.token\u0001\u0001`).toString("base64");
  const use = async (world: World): Promise<void> => {
    const { mailbox } = await world.gateway.mailboxes.create({ name: "anna" });
    const client = await world.connect();
    // RFC 7628 §3.2.3: a challenge says what is wrong, and the refusal follows the client's empty response.
    assert.match(await client.ask(`AUTH XOAUTH2 ${xoauth2(mailbox.id)}`), /^\+ [\w+/=]+$/);
    assert.equal(await client.ask(""), "-ERR [AUTH] A mailbox is opened by its password, not by a token");
    const again = await world.connect();
    await again.command(`AUTH XOAUTH2 ${xoauth2(world.user(mailbox.id))}`);
    await again.quit();
    assert.deepEqual(heard, ["user=anna@example.test\u0001auth=Bearer a.token\u0001\u0001"]);
  };
  await withWorld("token", use, { script });
});

test("commands behind the password are those of the session; AUTH PLAIN signs in too", async () => {
  await withWorld("pipelined", async (world) => {
    const { mailbox } = await world.gateway.mailboxes.create({ name: "anna" });
    const client = await world.connect();
    const plain = Buffer.from(`\0${world.user(mailbox.id)}\0${remotePassword}`).toString("base64");
    await client.peer.send(`AUTH PLAIN ${plain}\r\nRETR 1\r\nDELE 2\r\nQUIT\r\n`);
    assert.equal(await client.peer.line(), "+OK Signed in");
    assert.equal(await client.peer.line(), "+OK follows");
    assert.equal((await client.block()).toString("latin1"), messages[0]);
    assert.equal(await client.peer.line(), "+OK");
    assert.equal(await client.peer.line(), "+OK bye");
    await client.peer.rest();
    assert.deepEqual(world.removed, [2]);
    assert.equal(world.log.of("pop3-proxy/recorded").length, 2, "the one that was removed unseen as well");
  });
});

test("a server that cannot be trusted gets no password, and the client a reason", async () => {
  const use = async (world: World): Promise<void> => {
    const { mailbox } = await world.gateway.mailboxes.create({ name: "anna" });
    const client = await world.connect();
    await client.command(`USER ${world.user(mailbox.id)}`);
    assert.match(await client.ask(`PASS ${remotePassword}`), /^-ERR \[SYS\/TEMP\] .*mail\.example\.test.*expired/);
    assert.ok(world.upstream.peers.every((peer) => peer.encrypted === ""));
    await client.quit();
  };
  await withWorld("expired", use, { certificate: expired });
});

test("a password that the server has refused is not brought to it again, and many are not brought at all", async () => {
  await withWorld("throttle", async (world) => {
    const { mailbox } = await world.gateway.mailboxes.create({ name: "anna" });
    const client = await world.connect();
    const refused: string[] = [];
    for (const attempt of ["wrong", "wrong", "w2", "w3", "w4", "w5", "w6"]) {
      await client.command(`USER ${world.user(mailbox.id)}`);
      refused.push((await client.ask(`PASS ${attempt}`)).slice(0, 15));
    }
    assert.deepEqual(refused, [...Array<string>(6).fill("-ERR [AUTH] The"), "-ERR [SYS/TEMP]"]);
    assert.equal(world.upstream.peers.length, 5);
    await client.quit();
  });
});

test("a gateway that stops waits no longer than its time for sessions and for their servers", async () => {
  const script: Script = async (peer) => {
    peer.send("+OK\r\n");
    for (;;) {
      const line = await peer.line();
      // It answers everything but QUIT.
      if (line === "QUIT") break;
      peer.send(line === "CAPA" ? "+OK\r\nUSER\r\n.\r\n" : "+OK\r\n");
    }
    await peer.closed();
  };
  const use = async (world: World): Promise<void> => {
    const { mailbox } = await world.gateway.mailboxes.create({ name: "anna" });
    const idle = await world.connect();
    await idle.signIn(world.user(mailbox.id), remotePassword);
    const waiting = await world.connect();
    await waiting.signIn(world.user(mailbox.id), remotePassword);
    await waiting.peer.send("QUIT\r\n");
    await world.gateway.stop();
    assert.ok(world.upstream.peers.every((peer) => peer.isGone));
  };
  await withWorld("stop", use, { script });
});
