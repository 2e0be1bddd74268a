// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { removeDirectory, temporaryDirectory } from "../../test/support/temporary.ts";
import { hasCode } from "../base/errors.ts";
import { loadConfig } from "../config/load.ts";
import type { LogEventCode } from "../observe/events.ts";
import type { Log } from "../observe/log.ts";
import type { Channel, ChannelName, SendResult } from "./channel.ts";
import { headlineOf, type Letter } from "./letter.ts";
import { NoticeDesk } from "./notice-desk.ts";
import { type Subject, subjectOf } from "./subject.ts";

const minute = 60_000;
const failing = subjectOf({
  code: "store-failing",
  severity: "error",
  mailbox: null,
  mailboxName: null,
  at: null,
  values: {},
});

class FakeChannel implements Channel {
  isConfigured = true;
  result: SendResult = { outcome: "delivered", reply: "250 fine" };
  readonly letters: Letter[] = [];

  send = async (letter: Letter): Promise<SendResult> => {
    this.letters.push(letter);
    return this.result;
  };
}

let directory: string;
let email: FakeChannel;
let webhook: FakeChannel;
let nowMs: number;
let subjects: readonly Subject[];
let events: { readonly code: LogEventCode; readonly fields: Readonly<Record<string, unknown>> }[];
const desks: NoticeDesk[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory("desk");
  [email, webhook] = [new FakeChannel(), new FakeChannel()];
  webhook.isConfigured = false;
  nowMs = Date.parse("2026-01-05T08:00:00Z");
  subjects = [];
  events = [];
});

afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.stop();
  await removeDirectory(directory);
});

async function open(): Promise<NoticeDesk> {
  const log: Log = { event: (code, fields = {}) => events.push({ code, fields }), with: () => log };
  const text = `[gateway]\ndata_directory = ${JSON.stringify(directory)}\nhost_name = "gateway.test"\n`;
  const configuration = loadConfig({ text, environment: {} });
  const desk = new NoticeDesk({
    configuration,
    // The desk looks by itself as well: at the same moment it sees the same.
    clock: { nowMs: () => nowMs, monotonicMs: () => 0 },
    log,
    watch: {
      start: () => undefined,
      stop: () => undefined,
      forget: () => undefined,
      refresh: () => undefined,
      look: async () => ({ subjects, howEnded: () => "well" }),
    },
    channels: { email, webhook } satisfies Record<ChannelName, Channel>,
    consoleUrl: () => undefined,
    mailboxName: () => undefined,
  });
  await desk.start();
  desks.push(desk);
  return desk;
}

/** Time passes, and the desk looks; what is due is sent. */
async function pass(desk: NoticeDesk, ms: number): Promise<void> {
  nowMs += ms;
  await desk.look();
  await desk.idle();
}

const headlines = (channel: FakeChannel): readonly string[] => channel.letters.map(headlineOf);

test("a restart tells nothing again, and reminds when the day is over", async () => {
  subjects = [failing];
  const first = await open();
  await pass(first, 0);
  await pass(first, minute);
  assert.deepEqual(headlines(email), ["[Postern gateway.test] The gateway cannot write to its disk"]);
  await first.stop();
  const second = await open();
  await pass(second, minute);
  await pass(second, 23 * 60 * minute);
  assert.equal(email.letters.length, 1);
  await pass(second, 60 * minute);
  assert.equal(headlines(email)[1], "[Postern gateway.test] Still: The gateway cannot write to its disk");
  subjects = [];
  await pass(second, minute);
  await pass(second, minute);
  assert.equal(
    headlines(email)[2],
    "[Postern gateway.test] Over: The gateway writes to its disk again. Mail is taken.",
  );
});

test("what was not told before the end is told after the next start", async () => {
  email.result = { outcome: "failed", reply: "it is away" };
  subjects = [failing];
  const first = await open();
  await pass(first, 0);
  await first.stop();
  email.result = { outcome: "delivered", reply: "250 fine" };
  email.letters.splice(0);
  subjects = [];
  const second = await open();
  await pass(second, minute);
  await pass(second, minute);
  assert.deepEqual(headlines(email), ["[Postern gateway.test] Was: The gateway cannot write to its disk"]);
});

test("what is under way when the gateway stops is no failure, and is sent after the next start", async () => {
  subjects = [failing];
  email.send = () => new Promise(() => undefined);
  const first = await open();
  await first.look();
  nowMs += minute;
  await first.look();
  await first.stop();
  assert.deepEqual(events, []);
  [email] = [new FakeChannel()];
  const second = await open();
  await pass(second, minute);
  assert.deepEqual(headlines(email), ["[Postern gateway.test] The gateway cannot write to its disk"]);
  assert.equal(second.views[0]?.failures, 0);
});

test("a failed delivery is logged with its code and tried again, later each time", async () => {
  email.result = { outcome: "refused", reply: "550 5.7.1 not from you" };
  subjects = [failing];
  const desk = await open();
  await pass(desk, 0);
  for (let minutes = 0; minutes < 16; minutes++) await pass(desk, minute);
  // After 1 minute, then pauses of 1, 2, 4 and 8.
  assert.equal(email.letters.length, 5);
  const logged = events.filter(({ code }) => code === "notify/not-delivered");
  assert.equal(logged.length, 5);
  assert.equal(logged[0]?.fields["cause"], "550 5.7.1 not from you");
  const [view] = desk.views;
  assert.deepEqual([view?.outcome, view?.failures, view?.reason], ["refused", 5, "550 5.7.1 not from you"]);
  assert.equal(desk.attention[0]?.code, "notice-not-delivered");
  email.result = { outcome: "delivered", reply: "250 fine" };
  await pass(desk, 16 * minute);
  assert.deepEqual(desk.attention, []);
});

test("a channel that stays away is told of by the other", async () => {
  webhook.isConfigured = true;
  webhook.result = { outcome: "failed", reply: "unreachable" };
  subjects = [failing];
  const desk = await open();
  await pass(desk, 0);
  await pass(desk, minute);
  await pass(desk, minute / 4);
  await pass(desk, minute / 4);
  assert.equal(webhook.letters.length, 1);
  assert.equal(email.letters.length, 1, "one failure is no news");
  for (let minutes = 0; minutes < 4; minutes++) await pass(desk, minute);
  assert.deepEqual(headlines(email), [
    "[Postern gateway.test] The gateway cannot write to its disk",
    "[Postern gateway.test] Notices by webhook do not arrive",
  ]);
  webhook.result = { outcome: "delivered", reply: "HTTP status 200" };
  for (let minutes = 0; minutes < 9; minutes++) await pass(desk, minute);
  assert.equal(headlines(email)[2], "[Postern gateway.test] Over: Notices by webhook arrive again.");
});

test("a test notice shows the reply, and lets what waited go at once", async () => {
  email.result = { outcome: "failed", reply: "it is away" };
  subjects = [failing];
  const desk = await open();
  await pass(desk, 0);
  await pass(desk, minute);
  assert.equal(email.letters.length, 1);
  email.result = { outcome: "delivered", reply: "250 fine" };
  assert.deepEqual(await desk.test("email"), { outcome: "delivered", reply: "250 fine" });
  await pass(desk, 0);
  assert.deepEqual(headlines(email).slice(1), [
    "[Postern gateway.test] Test notice",
    "[Postern gateway.test] The gateway cannot write to its disk",
  ]);
  await assert.rejects(desk.test("webhook"), (error) => hasCode(error, "notify/not-configured"));
});

test("a record that nobody can read is said and begun anew; one that cannot be written stops nothing", async () => {
  await writeFile(join(directory, "notices.json"), "{ no JSON");
  const desk = await open();
  assert.deepEqual(
    events.map(({ code }) => code),
    ["notify/not-noted"],
  );
  subjects = [failing];
  await removeDirectory(directory);
  await pass(desk, 0);
  await pass(desk, minute);
  assert.equal(email.letters.length, 1);
  assert.equal(events.at(-1)?.code, "notify/not-noted");
});

test("a channel that is taken away forgets; one that is set up is told what is wrong then", async () => {
  subjects = [failing];
  const desk = await open();
  await pass(desk, 0);
  await pass(desk, minute);
  email.isConfigured = false;
  await pass(desk, minute);
  email.isConfigured = true;
  await pass(desk, minute);
  await pass(desk, minute);
  assert.equal(email.letters.length, 2);
});
