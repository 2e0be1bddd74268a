// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { generateMailboxId } from "../base/ids.ts";
import { loadConfig } from "../config/load.ts";
import { EventFeed } from "../observe/event-feed.ts";
import type { LogEventCode } from "../observe/events.ts";
import { hourMs } from "../store/activity-hours.ts";
import type { MailboxCounts } from "../store/contract.ts";
import type { NamedMailbox } from "./mailbox-attention.ts";
import type { Subject } from "./subject.ts";
import { Watch } from "./watch.ts";

const day = 24 * hourMs;
const startMs = Date.parse("2026-01-05T08:00:00Z");
const configuration = loadConfig({ text: `[gateway]\ndata_directory = "/"\n`, environment: {} });

let nowMs: number;
let readiness: "ready" | "failing" | "disk-low";
let certificateBeginMs: number;
let certificateEndMs: number;
let mailboxes: NamedMailbox[];
let counts: Map<NamedMailbox["id"], MailboxCounts>;
let received: number;
let asked: number;
let feed: EventFeed;
let watch: Watch;
let alarms: number;

beforeEach(() => {
  [nowMs, readiness] = [startMs, "ready"];
  [certificateBeginMs, certificateEndMs] = [startMs - 100 * day, startMs + 100 * day];
  [mailboxes, counts, received, asked, alarms] = [[], new Map(), 50, 0, 0];
  feed = new EventFeed({ kept: 10, followers: 2, peerAddresses: "full", nowMs: () => nowMs });
  watch = new Watch({
    configuration,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    store: {
      readiness: () => readiness,
      counts: async () => {
        asked += 1;
        return counts;
      },
      activity: async () => [{ atMs: 0, received, receivedBytes: 0, pulled: 0, removed: 0, refused: 0 }],
    },
    mailboxes: { list: () => mailboxes },
    certificates: undefined,
    certificate: () => ({ notBefore: new Date(certificateBeginMs), notAfter: new Date(certificateEndMs) }),
    feed,
  });
  watch.start(() => {
    alarms += 1;
  });
});

function mailbox(lastReceivedAtMs: number, messages: number, oldestReceivedAtMs = lastReceivedAtMs): NamedMailbox {
  const made: NamedMailbox = { id: generateMailboxId(), name: "Sales", state: "active" };
  mailboxes.push(made);
  const times = { oldestReceivedAtMs, lastReceivedAtMs, lastPulledAtMs: undefined, sources: [] };
  counts.set(made.id, { messages, sealedBytes: 0, ...times });
  return made;
}

async function keys(): Promise<readonly string[]> {
  return (await watch.look()).subjects.map(({ key }) => key);
}

function tell(code: LogEventCode): void {
  feed.publish(code, { cause: "for a test" });
}

test("the store, the disk and the certificate are subjects while they last", async () => {
  assert.deepEqual(await keys(), []);
  readiness = "failing";
  assert.deepEqual(await keys(), ["store-failing"]);
  readiness = "disk-low";
  assert.deepEqual(await keys(), ["disk-low"]);
  readiness = "ready";
  certificateEndMs = startMs + 14 * day + 1;
  assert.deepEqual(await keys(), []);
  certificateEndMs = startMs + 14 * day;
  assert.deepEqual(await keys(), ["certificate-expires"]);
});

test("of a certificate that lives for six days the last two are worth a word", async () => {
  certificateBeginMs = startMs - 4 * day + 1;
  certificateEndMs = certificateBeginMs + 6 * day;
  assert.deepEqual(await keys(), []);
  certificateBeginMs -= 1;
  certificateEndMs -= 1;
  assert.deepEqual(await keys(), ["certificate-expires"]);
});

test("an error of the log is heard once, and is no news where a subject says it", async () => {
  tell("pop3/damaged");
  tell("pop3/damaged");
  tell("mailbox/changed");
  assert.equal(alarms, 2);
  assert.deepEqual(await keys(), ["error-logged pop3/damaged"]);
  assert.deepEqual(await keys(), []);
  for (const code of ["store/failing", "store/disk-low", "acme/failed", "notify/not-delivered"] as const) tell(code);
  assert.deepEqual(await keys(), []);
  readiness = "failing";
  tell("smtp/not-kept");
  tell("pop3/damaged");
  assert.deepEqual(await keys(), ["store-failing", "error-logged pop3/damaged"]);
  readiness = "ready";
  tell("smtp/not-kept");
  assert.deepEqual(await keys(), ["error-logged smtp/not-kept"], "the store is not to blame");
});

test("what was logged before the watch began is heard as well; what nobody wants is forgotten", async () => {
  tell("pop3/damaged");
  watch.stop();
  watch.start(() => undefined);
  assert.deepEqual(await keys(), ["error-logged pop3/damaged"]);
  tell("pop3/damaged");
  watch.forget();
  assert.deepEqual(await keys(), []);
});

test("a mailbox counts as not pulled and as quiet after the time of the settings, and is counted every ten minutes", async () => {
  const waiting = mailbox(startMs - hourMs, 5, startMs - 3 * day);
  mailbox(startMs - hourMs, 5, startMs - 3 * day + 1);
  const silent = mailbox(startMs - 3 * day - 1, 0);
  mailbox(startMs - 3 * day + 1, 0);
  const expected = [`mailbox-not-pulled ${waiting.id}`, `mailbox-quiet ${silent.id}`];
  assert.deepEqual(await keys(), expected);
  mailbox(startMs - hourMs, 5, startMs - 9 * day);
  nowMs += 10 * 60_000 - 1;
  assert.deepEqual(await keys(), expected);
  assert.equal(asked, 1);
  nowMs += 1;
  assert.equal((await keys()).length, 5);
  received = 9;
  watch.refresh();
  assert.ok(!(await keys()).some((key) => key.startsWith("mailbox-quiet")), "it never had much mail");
});

/** How the only subject of now ends when `change` happens. */
async function endAfter(change: () => void): Promise<string> {
  watch.refresh();
  const [subject] = (await watch.look()).subjects;
  assert.ok(subject !== undefined);
  change();
  watch.refresh();
  const present = await watch.look();
  assert.ok(!present.subjects.some(({ key }: Subject) => key === subject.key));
  return present.howEnded(subject);
}

test("only what is well is called well", async () => {
  const quiet = () => mailbox(startMs - 4 * day, 0);
  const set = ({ id }: NamedMailbox, more: Partial<MailboxCounts>): void => {
    const known = counts.get(id);
    assert.ok(known !== undefined);
    counts.set(id, { ...known, ...more });
  };
  const one = quiet();
  assert.equal(await endAfter(() => set(one, { lastReceivedAtMs: nowMs })), "well");
  mailboxes = [];
  quiet();
  assert.equal(await endAfter(() => mailboxes.splice(0)), "unwatched");
  const two = quiet();
  assert.equal(await endAfter(() => mailboxes.splice(0, 1, { ...two, state: "suspended" })), "unwatched");
  mailboxes = [];
  quiet();
  assert.equal(await endAfter(() => (nowMs += 20 * day)), "unwatched", "silent for too long to be missed");
  mailboxes = [];
  const waiting = mailbox(nowMs, 3, nowMs - 5 * day);
  assert.equal(await endAfter(() => set(waiting, { messages: 0, oldestReceivedAtMs: undefined })), "well");
  const half = mailbox(nowMs, 3, nowMs - 5 * day);
  assert.equal(await endAfter(() => set(half, { messages: 1, oldestReceivedAtMs: nowMs - day })), "well");
});
