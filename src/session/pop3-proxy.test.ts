// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { beforeEach, describe, test } from "node:test";
import { EventList } from "../../test/support/event-list.ts";
import { asStore, MemoryStore, noMailboxes } from "../../test/support/memory-store.ts";
import { ClientEnd, stuffed, UpstreamEnd, type UpstreamWorld } from "../../test/support/proxy-ends.ts";
import type { Clock } from "../base/clock.ts";
import { generateMailboxId } from "../base/ids.ts";
import { PassageNames } from "../capture/passage.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { parsePeerList } from "../mailbox/peers.ts";
import { generateIdentity, parseIdentity } from "../seal/identity.ts";
import { parseRecipient } from "../seal/keys.ts";
import { unsealWhole } from "../seal/unseal.ts";
import { HeldOctets } from "./held-octets.ts";
import { servePop3Proxy } from "./pop3-proxy.ts";
import { Pop3Recorder } from "./pop3-recorder.ts";

const keys = generateIdentity("x25519");
const identity = parseIdentity(keys.identity);
const fingerprintKey = createSecretKey(Buffer.alloc(32, 7));
const id = generateMailboxId();
const idleMs = 600_000;

let store: MemoryStore;
let world: UpstreamWorld;
let log: EventList;
let state: Mailbox["state"];
let nowMs: number;
let maxHeldBytes: number;
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

beforeEach(() => {
  store = new MemoryStore();
  log = new EventList();
  state = "active";
  nowMs = 1_000_000;
  maxHeldBytes = 64 * 1024 * 1024;
  world = {
    messages: ["Subject: one\r\n\r\n.dot\r\n..two\r\n.\r\nend\r\n", "Subject: two\r\n\r\nsecond\r\n"],
    uniqueIds: ["id-1", "id-2"],
    capabilities: ["UIDL", "TOP", "PIPELINING"],
    instead: new Map(),
    pieceBytes: 64 * 1024,
  };
});

interface Running {
  readonly client: ClientEnd;
  readonly upstream: UpstreamEnd;
  readonly over: Promise<void>;
  readonly stop: AbortController;
}

function start(pending = ""): Running {
  const client = new ClientEnd();
  const upstream = new UpstreamEnd(world);
  const stop = new AbortController();
  const mailbox = {
    id,
    name: "test",
    description: "",
    recipient: parseRecipient(keys.recipient),
    allowedPeers: parsePeerList([]),
    requireTls: true,
    createdAtMs: 0,
    purpose: "other" as const,
    allowedTargets: [],
    mostWaitingBytes: undefined,
    settings: {},
  };
  const recorder = new Pop3Recorder(
    { store: asStore(store, noMailboxes), fingerprintKey },
    {
      mailbox: id,
      names: new PassageNames(fingerprintKey, { mailbox: id, host: "mail.example", port: 995, remoteUser: "anna" }),
      findMailbox: () => ({ ...mailbox, state }),
      envelope: () => ({
        source: "pop3-proxy",
        reversePath: null,
        mailParameters: "",
        hello: "mail.example",
        peer: { address: "192.0.2.9", port: 995 },
        tls: undefined,
        protocol: "POP3",
        receivedBy: "gateway.example",
        receivedAtMs: 0,
      }),
    },
  );
  const held = new HeldOctets(maxHeldBytes);
  const parts = { client, pending: Buffer.from(pending), upstream, recorder, held, clock, stopped: stop.signal, log };
  const over = servePop3Proxy(parts, { maxErrors: 3, maxLineBytes: 255, idleMs });
  return { client, upstream, over, stop };
}

/** A whole session of a client that says everything at once and then closes its side; what it got. */
async function session(text: string): Promise<Running & { readonly got: string }> {
  const running = start();
  running.client.say(text);
  running.client.stop("ended");
  await running.over;
  return { ...running, got: running.client.got };
}

/** The recorded contents, oldest first. */
function recorded(): string[] {
  return store.messages.map(({ sealed, facts }) =>
    unsealWhole(identity, sealed).subarray(facts.traceBytes).toString("latin1"),
  );
}

function answerTo(message: string): string {
  return `+OK octets follow\r\n${stuffed(message)}.\r\n`;
}

describe("a message that is fetched whole", () => {
  test("passes as it is, and its end only when the record is durable (I3)", async () => {
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const { client, over } = start("RETR 1\r\n");
    const whole = answerTo(world.messages[0] ?? "");
    const withoutEnd = whole.slice(0, -3);
    await client.until((got) => got === withoutEnd);
    // Whatever could still happen by itself has happened by the next turns of the event loop.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(client.got, withoutEnd);
    assert.deepEqual(recorded(), []);
    gate.resolve();
    await client.until((got) => got === whole);
    assert.deepEqual(recorded(), [world.messages[0]]);
    client.stop("lost");
    await over;
  });

  test("is not waited for by the next ones: their records become durable together", async () => {
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const { client, over } = start("RETR 1\r\nRETR 2\r\nRETR 2\r\nQUIT\r\n");
    const [one = "", two = ""] = world.messages.map(answerTo);
    while (store.waitingCommits < 3) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(client.got, one.slice(0, -3));
    gate.resolve();
    await over;
    assert.equal(client.got, `${one}${two}${two}+OK bye from upstream\r\n`);
    assert.equal(recorded()[0], world.messages[0]);
  });

  test("when the store fails under several, the client gets no end of any", async () => {
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const { client, upstream, over } = start("RETR 1\r\nRETR 2\r\nQUIT\r\n");
    while (store.waitingCommits < 2) await new Promise((resolve) => setImmediate(resolve));
    store.failCommits = true;
    gate.resolve();
    await over;
    assert.equal(client.got, answerTo(world.messages[0] ?? "").slice(0, -3));
    assert.deepEqual([client.closed, upstream.closed], ["destroyed", "destroyed"]);
    assert.ok(!upstream.heard.includes("QUIT"));
  });

  test("the upstream goes while a record is made: what was whole has its end, and the rest is told", async () => {
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    world.instead.set("RETR 2", undefined);
    const { client, upstream, over } = start("RETR 1\r\nRETR 2\r\n");
    while (store.waitingCommits < 1) await new Promise((resolve) => setImmediate(resolve));
    upstream.wire.say("lost");
    gate.resolve();
    await over;
    assert.match(client.got, /^\+OK octets follow\r\n[^]*\r\n\.\r\n-ERR \[SYS\/TEMP\] .*\r\n$/);
    assert.ok(client.got.startsWith(answerTo(world.messages[0] ?? "")));
  });

  test("is recorded without its transparency wherever the network cuts it", async () => {
    const message = "..\r\n.\r\n\r\n.a\r\n...\r\r\n.\n.\n\r\n.\r.\r\n";
    world.messages = [message];
    const whole = answerTo(message);
    for (let pieceBytes = 1; pieceBytes <= whole.length; pieceBytes++) {
      store = new MemoryStore();
      world.pieceBytes = pieceBytes;
      const { got } = await session("RETR 1\r\nQUIT\r\n");
      assert.equal(got, `${whole}+OK bye from upstream\r\n`, `pieces of ${pieceBytes}`);
      assert.deepEqual(recorded(), [message], `pieces of ${pieceBytes}`);
    }
    assert.ok(whole.length > 40);
  });

  test("pipelined ones are answered and recorded in their order, refusals of ours between them", async () => {
    const { got, upstream } = await session("RETR 2\r\nXYZ\r\nRETR 1\r\nRETR 9\r\nSTAT\r\nRETR 0\r\nQUIT\r\n");
    const [one = "", two = ""] = world.messages;
    assert.equal(
      got,
      [
        answerTo(two),
        "-ERR Unknown command\r\n",
        answerTo(one),
        "-ERR no such message\r\n",
        "+OK STAT\r\n",
        "-ERR No such message\r\n",
        "+OK bye from upstream\r\n",
      ].join(""),
    );
    assert.deepEqual(recorded(), [two, one]);
    assert.ok(!upstream.heard.includes("XYZ"));
    assert.equal(upstream.closed, "ended");
    assert.deepEqual(log.of("pop3-proxy/closed"), [{ cause: "quit", recorded: 2, recordedBefore: 0, marked: 0 }]);
  });

  test("an upstream that does not pipeline gets one command at a time", async () => {
    world.capabilities = ["UIDL"];
    world.instead.set("RETR 1", undefined);
    const { client, upstream, over } = start("RETR 1\r\nRETR 2\r\n");
    await upstream.untilHeard("RETR 1");
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(upstream.heard, ["UIDL 1", "RETR 1"]);
    upstream.say(answerTo("first\r\n"));
    await client.until((got) => got.endsWith("second\r\n.\r\n"));
    assert.deepEqual(recorded(), ["first\r\n", world.messages[1]]);
    client.stop("lost");
    await over;
  });

  test("a part of one (TOP) is not recorded, and other commands pass by their own rules", async () => {
    const { got } = await session("TOP 1 0\r\nLIST\r\nLIST 2\r\nLIST 9\r\nUIDL 1\r\nUIDL\r\nNOOP\r\nRSET\r\nQUIT\r\n");
    const [one = "", two = ""] = world.messages;
    assert.equal(
      got,
      [
        answerTo(one),
        `+OK\r\n1 ${one.length}\r\n2 ${two.length}\r\n.\r\n`,
        `+OK 2 ${two.length}\r\n`,
        "-ERR no such message\r\n",
        "+OK 1 id-1\r\n",
        "+OK\r\n1 id-1\r\n2 id-2\r\n.\r\n",
        "+OK NOOP\r\n",
        "+OK RSET\r\n",
        "+OK bye from upstream\r\n",
      ].join(""),
    );
    assert.deepEqual(recorded(), []);
  });

  test("capabilities are those that hold behind us", async () => {
    world.capabilities = [
      "TOP",
      "UIDL",
      "UTF8 USER",
      "EXPIRE 30",
      "IMPLEMENTATION x-1.2",
      "LANG",
      "SASL PLAIN",
      "LOGIN-DELAY 9",
    ];
    const { got } = await session("CAPA\r\n");
    assert.equal(got, "+OK Capabilities follow\r\nTOP\r\nUIDL\r\nLOGIN-DELAY 9\r\nPIPELINING\r\nRESP-CODES\r\n.\r\n");
    world.instead.set("CAPA", "-ERR what\r\n");
    assert.equal((await session("CAPA\r\n")).got, "-ERR Unknown command\r\n");
  });
});

describe("what fails on the way", () => {
  const [withoutEnd] = [answerTo("Subject: one\r\n\r\n.dot\r\n..two\r\n.\r\nend\r\n").slice(0, -3)];

  /** No end for the client, no QUIT for the upstream, both gone. */
  function assertBrokenOff({ client, upstream }: Running): void {
    assert.ok(!client.got.includes("\r\n.\r\n"), client.got);
    assert.equal(client.closed, "destroyed");
    assert.equal(upstream.closed, "destroyed");
    assert.ok(!upstream.heard.includes("QUIT"));
  }

  test("the store cannot commit: the client gets no end, the upstream no QUIT (I3)", async () => {
    store.failCommits = true;
    const running = await session("RETR 1\r\nDELE 1\r\nQUIT\r\n");
    assert.equal(running.got, withoutEnd);
    assertBrokenOff(running);
    assert.ok(!running.upstream.heard.includes("DELE 1"));
    assert.deepEqual(log.of("pop3-proxy/not-recorded").length, 1);
    assert.equal(log.of("pop3-proxy/closed")[0]?.["cause"], "not-recorded");
    assert.equal(store.passages.size, 0);
  });

  test("the store fails while the message streams", async () => {
    store.failWrites = true;
    world.messages = [`${"x".repeat(998)}\r\n`.repeat(300)];
    world.pieceBytes = 16 * 1024;
    const running = await session("RETR 1\r\nQUIT\r\n");
    assertBrokenOff(running);
    assert.ok(store.aborted.length > 0);
  });

  test("the store fails between the command and the answer", async () => {
    world.instead.set("RETR 1", undefined);
    const running = start("RETR 1\r\n");
    await running.upstream.untilHeard("RETR 1");
    store.state = "failing";
    running.upstream.say(answerTo("late\r\n"));
    await running.over;
    assert.equal(running.client.got, "");
    assertBrokenOff(running);
  });

  for (const [what, spoil] of [
    ["no room", () => void (store.state = "disk-low")],
    ["a failing store", () => void (store.state = "failing")],
    ["a suspended mailbox", () => void (state = "suspended")],
  ] as const) {
    test(`with ${what} nothing is fetched or removed; the session goes on`, async () => {
      spoil();
      const { got, upstream } = await session("RETR 1\r\nDELE 1\r\nSTAT\r\nQUIT\r\n");
      const refused = "-ERR [SYS/TEMP] The message cannot be recorded now, try again later\r\n";
      assert.equal(got, `${refused}${refused}+OK STAT\r\n+OK bye from upstream\r\n`);
      assert.deepEqual(upstream.heard, ["UIDL 1", "STAT", "QUIT"]);
      assert.deepEqual(recorded(), []);
    });
  }

  test("the upstream drops midway: the client gets no end and nothing is kept", async () => {
    world.instead.set("RETR 1", "+OK octets follow\r\nSubject: one\r\n");
    const running = start("RETR 1\r\n");
    await running.client.until((got) => got.endsWith("one\r\n"));
    running.upstream.wire.say("ended");
    await running.over;
    assert.equal(running.client.got, "+OK octets follow\r\nSubject: one\r\n");
    assertBrokenOff(running);
    assert.deepEqual(recorded(), []);
    assert.equal(store.aborted.length, 1);
  });

  test("the upstream drops before it answers: the client is told to try again", async () => {
    world.instead.set("STAT", undefined);
    const running = start("STAT\r\nQUIT\r\n");
    await running.upstream.untilHeard("STAT");
    running.upstream.wire.say("lost");
    await running.over;
    assert.equal(running.client.got, "-ERR [SYS/TEMP] The server has closed the connection, try again later\r\n");
    assert.equal(running.client.closed, "ended");
  });

  test("the upstream says good-bye by itself, and breaks the protocol", async () => {
    for (const said of ["-ERR autologout\r\n", "+OK what\r\n", "nonsense\r\n"]) {
      const running = start();
      running.upstream.say(said);
      await running.over;
      assert.equal(running.client.got, "");
      assert.equal(running.client.closed, "ended");
      assert.equal(running.upstream.closed, "destroyed");
    }
    assert.equal(log.of("pop3-proxy/upstream-lost").length, 3);
  });

  test("a silent upstream is given up", async () => {
    world.instead.set("STAT", undefined);
    const running = start("STAT\r\n");
    await running.upstream.untilHeard("STAT");
    running.upstream.wire.say("timed-out");
    nowMs += 300_000;
    running.upstream.wire.say("timed-out");
    await running.over;
    assert.match(running.client.got, /^-ERR \[SYS\/TEMP\]/);
  });

  test("the client drops midway: nothing is kept and the upstream hears no QUIT", async () => {
    world.instead.set("RETR 1", "+OK octets follow\r\nSubject: one\r\n");
    const running = start("RETR 1\r\n");
    await running.client.until((got) => got.endsWith("one\r\n"));
    running.client.takes = Promise.resolve(false);
    running.upstream.say("more\r\n");
    await running.over;
    assert.deepEqual(recorded(), []);
    assert.equal(store.aborted.length, 1);
    assert.deepEqual(running.upstream.heard, ["UIDL 1", "RETR 1"]);
    assert.equal(running.upstream.closed, "destroyed");
  });

  test("a client that leaves without QUIT, or is idle, removes nothing", async () => {
    for (const end of ["ended", "lost", "timed-out"] as const) {
      const running = start("RETR 1\r\nDELE 1\r\n");
      await running.client.until((got) => got.endsWith("+OK 1 marked\r\n"));
      nowMs += idleMs;
      running.client.stop(end);
      await running.over;
      assert.ok(!running.upstream.heard.includes("QUIT"), end);
      assert.equal(running.upstream.closed, "destroyed", end);
      assert.match(running.client.got, /marked\r\n$/, end);
    }
  });

  test("a time-out that was on its way while the client was served is none", async () => {
    const running = start("RETR 1\r\n");
    await running.client.until((got) => got.endsWith("\r\n.\r\n"));
    running.client.stop("timed-out");
    running.client.say("STAT\r\nQUIT\r\n");
    await running.over;
    assert.match(running.client.got, /\+OK STAT\r\n\+OK bye from upstream\r\n$/);
  });

  test("a client that keeps erring is sent away without QUIT at its upstream", async () => {
    const { got, client, upstream } = await session("A\r\nB\r\nC\r\nSTAT\r\nQUIT\r\n");
    assert.equal(got, "-ERR Unknown command\r\n".repeat(3));
    assert.equal(client.closed, "ended");
    assert.deepEqual(upstream.heard, []);
    assert.equal(upstream.closed, "destroyed");
  });

  test("the end of the gateway ends a session that waits for its upstream", async () => {
    world.instead.set("QUIT", undefined);
    const running = start("QUIT\r\n");
    await running.upstream.untilHeard("QUIT");
    running.stop.abort();
    await running.over;
    assert.equal(running.upstream.closed, "destroyed");
  });
});

describe("removal", () => {
  test("what was never recorded is fetched and recorded first (I3)", async () => {
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const { client, upstream, over } = start("DELE 2\r\nQUIT\r\n");
    await upstream.untilHeard("RETR 2");
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(upstream.heard, ["UIDL 2", "RETR 2"]);
    assert.equal(client.got, "");
    gate.resolve();
    await over;
    assert.deepEqual(upstream.heard, ["UIDL 2", "RETR 2", "DELE 2", "QUIT"]);
    assert.equal(client.got, "+OK 2 marked\r\n+OK bye from upstream\r\n");
    assert.deepEqual(recorded(), [world.messages[1]]);
  });

  test("a message that cannot be recorded is not removed", async () => {
    store.failCommits = true;
    const { client, upstream } = await session("DELE 1\r\nQUIT\r\n");
    assert.deepEqual(upstream.heard, ["UIDL 1", "RETR 1"]);
    assert.equal(upstream.closed, "destroyed");
    assert.equal(client.got, "");
  });

  test("one behind its RETR goes when the record is durable, and QUIT behind it", async () => {
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const { client, upstream, over } = start("RETR 1\r\nDELE 1\r\nQUIT\r\n");
    await client.until((got) => got.endsWith("end\r\n"));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(upstream.heard, ["UIDL 1", "RETR 1"]);
    gate.resolve();
    await over;
    assert.deepEqual(upstream.heard, ["UIDL 1", "RETR 1", "DELE 1", "QUIT"]);
  });

  test("a message that only TOP was asked of is not taken for recorded", async () => {
    const { upstream } = await session("TOP 1 9\r\nDELE 1\r\nQUIT\r\n");
    assert.deepEqual(upstream.heard, ["TOP 1 9", "UIDL 1", "RETR 1", "DELE 1", "QUIT"]);
  });

  test("one recorded in an earlier session is not fetched again", async () => {
    await session("RETR 1\r\nQUIT\r\n");
    const { upstream, got } = await session("DELE 1\r\nQUIT\r\n");
    assert.deepEqual(upstream.heard, ["UIDL 1", "DELE 1", "QUIT"]);
    assert.match(got, /^\+OK 1 marked\r\n/);
    assert.equal(recorded().length, 1);
  });

  test("a message that the upstream does not have is answered in its words", async () => {
    const { upstream, got } = await session("DELE 7\r\nQUIT\r\n");
    assert.equal(got, "-ERR no such message\r\n+OK bye from upstream\r\n");
    assert.ok(!upstream.heard.includes("DELE 7"));
  });

  test("what the upstream has removed for good is forgotten; what it has not is not", async () => {
    await session("RETR 1\r\nRETR 2\r\nDELE 1\r\nRSET\r\nDELE 2\r\n");
    assert.equal(store.passages.size, 2, "without QUIT nothing was removed");
    world.instead.set("QUIT", "-ERR some not removed\r\n");
    const { got } = await session("RETR 1\r\nDELE 1\r\nQUIT\r\n");
    assert.match(got, /-ERR some not removed\r\n$/);
    assert.equal(store.passages.size, 2);
    world.instead.clear();
    await session("UIDL\r\nDELE 1\r\nRSET\r\nDELE 2\r\nQUIT\r\n");
    assert.equal(store.passages.size, 1);
    assert.equal(recorded().length, 2);
  });
});

describe("a message that passes again", () => {
  test("with equal content there is no second record, and the client gets its end all the same", async () => {
    await session("RETR 1\r\nQUIT\r\n");
    const { got } = await session("UIDL\r\nRETR 1\r\nQUIT\r\n");
    assert.ok(got.includes(answerTo(world.messages[0] ?? "")));
    assert.deepEqual(recorded(), [world.messages[0]]);
    assert.equal(store.aborted.length, 1);
    assert.equal(log.of("pop3-proxy/recorded-before").length, 1);
  });

  test("with other content under the same unique-id it is recorded anew", async () => {
    await session("RETR 1\r\nQUIT\r\n");
    world.messages[0] = "Subject: another\r\n";
    await session("RETR 1\r\nQUIT\r\n");
    await session("RETR 1\r\nQUIT\r\n");
    assert.deepEqual(recorded(), ["Subject: one\r\n\r\n.dot\r\n..two\r\n.\r\nend\r\n", "Subject: another\r\n"]);
  });

  test("an upstream without unique-ids is recorded every time, and asked once a session", async () => {
    world.uniqueIds = [];
    const { upstream } = await session("RETR 1\r\nRETR 2\r\n");
    assert.equal(recorded().length, 2);
    await session("RETR 1\r\n");
    assert.equal(recorded().length, 3);
    assert.deepEqual(
      upstream.heard.filter((line) => line.startsWith("UIDL")),
      ["UIDL 1", "UIDL 2"],
      "both were under way before the first answer",
    );
    const later = start("RETR 1\r\n");
    await later.client.until((got) => got.endsWith(".\r\n"));
    later.client.say("RETR 2\r\n");
    await later.client.until((got) => got.endsWith("second\r\n.\r\n"));
    later.client.stop("lost");
    await later.over;
    assert.ok(!later.upstream.heard.includes("UIDL 2"));
  });

  test("unique-ids of the client's own listing are not asked for again", async () => {
    const running = start("UIDL\r\n");
    await running.client.until((got) => got.endsWith("\r\n.\r\n"));
    running.client.say("RETR 2\r\nQUIT\r\n");
    await running.over;
    assert.deepEqual(running.upstream.heard, ["UIDL", "RETR 2", "QUIT"]);
  });

  test("the map that the store keeps names nobody (I4)", async () => {
    await session("RETR 1\r\nQUIT\r\n");
    const [[name = "", content] = []] = store.passages;
    const [, hex = ""] = name.split(" ");
    const octets = Buffer.concat([Buffer.from(hex, "hex"), Buffer.from(content ?? [])]);
    assert.equal(octets.length, 32);
    for (const word of ["id-1", "anna", "mail"]) assert.ok(!octets.toString("latin1").includes(word));
  });
});

test("a client that does not read holds the upstream back (I9)", async () => {
  world.messages = [`${"x".repeat(998)}\r\n`.repeat(2000)];
  world.pieceBytes = 16 * 1024;
  const { client, upstream, over } = start();
  const free = Promise.withResolvers<boolean>();
  client.takes = free.promise;
  client.say("RETR 1\r\n");
  await client.until((got) => got.length > 0);
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(upstream.wire.reads < 12, `${upstream.wire.reads} pieces were read`);
  client.takes = undefined;
  free.resolve(true);
  await client.until((got) => got.endsWith("\r\n.\r\n"));
  client.stop("lost");
  await over;
  assert.deepEqual(recorded(), world.messages);
});
