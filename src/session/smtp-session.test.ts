// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { beforeEach, test } from "node:test";
import { asStore, MemoryStore, noMailboxes } from "../../test/support/memory-store.ts";
import { ScriptedConnection } from "../../test/support/scripted-connection.ts";
import type { Clock } from "../base/clock.ts";
import { generateMailboxId } from "../base/ids.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { parsePeerList } from "../mailbox/peers.ts";
import { silentLog } from "../observe/log.ts";
import { generateIdentity } from "../seal/identity.ts";
import { parseRecipient } from "../seal/keys.ts";
import { JournalIntake } from "./journal-intake.ts";
import { type SmtpSessionSettings, type SmtpSessionStages, serveSmtp } from "./smtp-session.ts";

const settings: SmtpSessionSettings = {
  hostName: "gateway.example",
  maxMessageBytes: 1000,
  maxRecipients: 5,
  maxErrors: 5,
  maxCommands: 50,
  maxLineBytes: 512,
  idleMs: 60_000,
  transactionMs: 600_000,
  minimumBytesPerSecond: 100,
  minimumRateWindowMs: 10_000,
};

const mailbox: Mailbox = {
  id: generateMailboxId(),
  name: "test",
  description: "",
  state: "active",
  recipient: parseRecipient(generateIdentity("x25519").recipient),
  allowedPeers: parsePeerList([]),
  requireTls: true,
  createdAtMs: 0,
  purpose: "other",
  allowedTargets: [],
  mostWaitingBytes: undefined,
  settings: {},
};
const address = `${mailbox.id}@archive.example`;

let store: MemoryStore;
let nowMs: number;
let mailboxes: Mailbox[];
beforeEach(() => {
  store = new MemoryStore();
  nowMs = 0;
  mailboxes = [mailbox];
});

const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

function stages(): SmtpSessionStages {
  const intake = {
    store: asStore(store, noMailboxes),
    fingerprintKey: createSecretKey(Buffer.alloc(32)),
    clock,
    hostName: settings.hostName,
    maxMailboxes: 2,
    policy: {
      domains: new Set(["archive.example"]),
      findMailbox: (id: string) => mailboxes.find((each) => each.id === id),
      peerAllowed: (box: Mailbox, peer: string) => box.allowedPeers.allows(peer),
      readiness: () => store.readiness(),
    },
  };
  return { clock, log: silentLog, intake: (connection, log) => new JournalIntake(intake, connection, log) };
}

/** Runs a session over these octets; each element is what one read gives. */
async function converse(
  input: readonly (string | (() => string))[],
  options: {
    tls?: boolean;
    end?: "ended" | "timed-out" | "draining";
    peer?: string;
    change?: Partial<SmtpSessionSettings>;
  } = {},
): Promise<{ readonly replies: string[]; readonly connection: ScriptedConnection }> {
  const connection = new ScriptedConnection(input, {
    tls: options.tls ?? true,
    end: options.end ?? "ended",
    peer: options.peer ?? "192.0.2.1",
  });
  await serveSmtp(connection, { ...settings, ...options.change }, stages());
  return { replies: connection.output.split("\r\n").slice(0, -1), connection };
}

const codes = (replies: readonly string[]): string[] => replies.map((line) => line.slice(0, line[3] === " " ? 9 : 3));
const begin = ["EHLO a\r\n", "MAIL FROM:<b@c.example>\r\n"];

test("a message is kept and named in the reply", async () => {
  const { replies } = await converse([
    ...begin,
    `RCPT TO:<${address}>\r\n`,
    "DATA\r\n",
    "Subject: x\r\n\r\n.\r\n",
    "QUIT\r\n",
  ]);
  assert.equal(store.messages.length, 1);
  assert.deepEqual(replies.slice(-2), [`250 2.0.0 Kept ${store.messages[0]?.uniqueId}`, "221 2.0.0 Bye"]);
});

test("several messages on one connection, each with its own end (RFC 5321 §4.1.1.4)", async () => {
  const mail = ["MAIL FROM:<b@c.example>\r\n", `RCPT TO:<${address}>\r\n`, "DATA\r\n"];
  await converse(["EHLO a\r\n", ...mail, "one\r\n.\r\n", ...mail, "..two\r\n.\r\n", ...mail, ".\r\n"]);
  assert.deepEqual(
    store.messages.map(({ facts }) => facts.contentBytes),
    ["one\r\n".length, ".two\r\n".length, 0],
  );
});

test("250 comes after the commit and not before (I1)", async () => {
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const connection = new ScriptedConnection([...begin, `RCPT TO:<${address}>\r\n`, "DATA\r\n", "x\r\n.\r\n"], {
    tls: true,
    end: "ended",
    peer: "192.0.2.1",
  });
  const done = serveSmtp(connection, settings, stages());
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(connection.output.includes("354 "));
  assert.ok(!connection.output.includes("Kept"));
  gate.resolve();
  await done;
  assert.ok(connection.output.includes("Kept"));
});

test("one kept message per mailbox, whatever the letter case and however often it is named", async () => {
  await converse([...begin, `RCPT TO:<${address}>\r\nRCPT TO:<${address.toUpperCase()}>\r\nDATA\r\n`, "x\r\n.\r\n"]);
  assert.equal(store.messages.length, 1);
});

test("refusals of a recipient, each with its codes", async () => {
  const other = { ...mailbox, id: generateMailboxId(), allowedPeers: parsePeerList(["198.51.100.0/24"]) };
  const suspended: Mailbox = { ...mailbox, id: generateMailboxId(), state: "suspended" };
  mailboxes = [mailbox, other, suspended];
  const { replies } = await converse([
    ...begin,
    `RCPT TO:<${generateMailboxId()}@archive.example>\r\n`,
    `RCPT TO:<${mailbox.id}@elsewhere.example>\r\n`,
    "RCPT TO:<postmaster>\r\n",
    `RCPT TO:<${suspended.id}@archive.example>\r\n`,
    `RCPT TO:<${other.id}@archive.example>\r\n`,
  ]);
  assert.deepEqual(codes(replies.slice(-5)), ["550 5.1.1", "550 5.7.1", "550 5.7.1", "450 4.2.1", "550 5.7.1"]);
  assert.deepEqual(
    store.refusals.map((each) => each.cause),
    ["mailbox-suspended", "peer-not-allowed"],
  );
});

test("a mailbox that requires TLS takes nothing in clear", async () => {
  const { replies } = await converse([...begin, `RCPT TO:<${address}>\r\n`], { tls: false });
  assert.deepEqual(codes(replies.slice(-1)), ["530 5.7.0"]);
});

test("our own trouble is temporary (I7)", async () => {
  store.state = "disk-low";
  const low = await converse(begin);
  assert.deepEqual(codes(low.replies.slice(-1)), ["452 4.3.1"]);
  store.state = "ready";
  store.failCommits = true;
  const failing = await converse([...begin, `RCPT TO:<${address}>\r\n`, "DATA\r\n", "x\r\n.\r\n"]);
  assert.deepEqual(codes(failing.replies.slice(-1)), ["451 4.3.0"]);
  store.failCommits = false;
  store.failWrites = true;
  const midway = await converse([...begin, `RCPT TO:<${address}>\r\n`, "DATA\r\n", "x\r\n.\r\n", "NOOP\r\n"]);
  assert.deepEqual(codes(midway.replies.slice(-2)), ["451 4.3.0", "250 2.0.0"]);
  assert.equal(store.messages.length, 0);
});

test("too large is told at the real end, and what follows is commands again", async () => {
  const line = `${"x".repeat(98)}\r\n`;
  const { replies } = await converse([
    ...begin,
    `RCPT TO:<${address}>\r\n`,
    "DATA\r\n",
    line.repeat(11),
    "RSET\r\n.\r\n",
    "NOOP\r\n",
  ]);
  assert.deepEqual(codes(replies.slice(-2)), ["552 5.3.4", "250 2.0.0"]);
  assert.equal(store.aborted.length, 1);
});

test("more mailboxes than one transaction may have: 452, the sender comes again for the rest", async () => {
  mailboxes = [mailbox, { ...mailbox, id: generateMailboxId() }, { ...mailbox, id: generateMailboxId() }];
  const { replies } = await converse([...begin, ...mailboxes.map(({ id }) => `RCPT TO:<${id}@archive.example>\r\n`)]);
  assert.deepEqual(codes(replies.slice(-3)), ["250 2.1.5", "250 2.1.5", "452 4.5.3"]);
});

test("a peer that goes away in the middle leaves nothing", async () => {
  await converse([...begin, `RCPT TO:<${address}>\r\n`, "DATA\r\n", "half a mess"]);
  assert.equal(store.messages.length, 0);
  assert.equal(store.aborted.length, 1);
});

test("content that drips is ended, content at an honest pace is not", async () => {
  const drip = (bytes: number) => () => {
    nowMs += 10_000;
    return "x".repeat(bytes);
  };
  const slow = await converse([...begin, `RCPT TO:<${address}>\r\n`, "DATA\r\n", drip(5), drip(5)]);
  assert.deepEqual(codes(slow.replies.slice(-1)), ["421 4.4.2"]);
  const fair = await converse([
    ...begin,
    `RCPT TO:<${address}>\r\n`,
    "DATA\r\n",
    () => "x".repeat(100),
    () => {
      nowMs += 1000;
      return "x".repeat(100);
    },
    "\r\n.\r\n",
  ]);
  assert.deepEqual(codes(fair.replies.slice(-1)), ["250 2.0.0"]);
});

test("idle ends with 421 4.4.2, a stopping gateway with 421 4.3.2", async () => {
  assert.deepEqual(codes((await converse(["EHLO a\r\n"], { end: "timed-out" })).replies.slice(-1)), ["421 4.4.2"]);
  assert.deepEqual(codes((await converse(["EHLO a\r\n"], { end: "draining" })).replies.slice(-1)), ["421 4.3.2"]);
});

test("after STARTTLS the conversation begins anew", async () => {
  const { replies } = await converse(
    ["EHLO a\r\n", "STARTTLS\r\n", "MAIL FROM:<>\r\n", "EHLO b\r\n", "MAIL FROM:<>\r\n"],
    {
      tls: false,
    },
  );
  assert.deepEqual(codes(replies).slice(-1), ["250 2.1.0"]);
  assert.ok(codes(replies).includes("503 5.5.1"));
});

test("who brought mail keeps its place, who did not has none to keep", async () => {
  const rcpt = `RCPT TO:<${address}>\r\n`;
  const kept = await converse([...begin, rcpt, "DATA\r\n", "x\r\n.\r\n"]);
  assert.equal(kept.connection.keepsPlace, true);
  store.failCommits = true;
  const failed = await converse([...begin, rcpt, "DATA\r\n", "x\r\n.\r\n"]);
  assert.equal(failed.connection.keepsPlace, false);
  const begun = await converse([...begin, rcpt]);
  assert.equal(begun.connection.keepsPlace, false);
});

// What others are served with meanwhile is one turn of each session, and what waits for a peer is the replies of a turn.
test("who sends thousands of commands at once and reads no reply gets no further (I9)", async () => {
  for (const command of ["DATA\r\n", `MAIL FROM:<b@c.example>\r\n${`RCPT TO:<${address}>\r\n`.repeat(4)}`]) {
    const connection = new ScriptedConnection(["EHLO a\r\n", command.repeat(5000)], {
      tls: true,
      end: "ended",
      peer: "192.0.2.1",
    });
    const taken = Promise.withResolvers<boolean>();
    const stuck = Promise.withResolvers<void>();
    connection.onWrite = () => {
      if (connection.output.length < 2000) return undefined;
      stuck.resolve();
      return taken.promise;
    };
    const done = serveSmtp(connection, { ...settings, maxCommands: 100_000, maxErrors: 100_000 }, stages());
    await stuck.promise;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(connection.output.length < 64 * 1024, `${command}: ${connection.output.length} octets wait`);
    const waiting = connection.output.length;
    taken.resolve(false);
    await done;
    assert.equal(connection.output.length, waiting, `${command}: the peer is gone, and nobody works for it`);
  }
});
