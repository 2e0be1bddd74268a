// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { temporaryDirectory } from "../../test/support/temporary.ts";
import { activityHour, activityKeptMs, allMailboxes, hourMs } from "./activity-hours.ts";
import { dataDirectory } from "./data-directory.ts";
import { openIndexForWriting, sourcesOf } from "./schema.ts";
import { Activity } from "./writer/activity.ts";

const noon = Date.UTC(2026, 5, 1, 12);

async function openIndex(): Promise<DatabaseSync> {
  return openIndexForWriting(dataDirectory(join(await temporaryDirectory("activity"))));
}

function hoursOf(index: DatabaseSync, mailbox: number) {
  return index.prepare("SELECT * FROM activity WHERE mailbox = ? ORDER BY at").all(mailbox).map(activityHour);
}

test("what happens within an hour is one row of its mailbox, and adds up over all", async () => {
  const index = await openIndex();
  const activity = new Activity(index);
  activity.received(1, noon, 500);
  activity.received(1, noon + hourMs - 1, 700);
  activity.count(2, noon + 5, "refused", 3);
  activity.flush();
  activity.count(1, noon + 6, "pulled", 2);
  activity.flush();
  const none = { received: 0, receivedBytes: 0, pulled: 0, removed: 0, refused: 0 };
  assert.deepEqual(hoursOf(index, 1), [{ ...none, atMs: noon, received: 2, receivedBytes: 1200, pulled: 2 }]);
  assert.deepEqual(hoursOf(index, 2), [{ ...none, atMs: noon, refused: 3 }]);
  assert.deepEqual(hoursOf(index, allMailboxes), [
    { ...none, atMs: noon, received: 2, receivedBytes: 1200, pulled: 2, refused: 3 },
  ]);
  index.close();
});

test("another hour is another row, and what is too old goes", async () => {
  const index = await openIndex();
  const activity = new Activity(index);
  for (const atMs of [noon, noon + hourMs, noon + activityKeptMs + hourMs]) activity.received(1, atMs, 1);
  activity.flush();
  assert.deepEqual(
    hoursOf(index, 1).map(({ atMs }) => atMs),
    [noon + hourMs, noon + activityKeptMs + hourMs],
  );
  index.close();
});

test("a mailbox that goes takes its rows along, and the sums stay", async () => {
  const index = await openIndex();
  const activity = new Activity(index);
  activity.came(1, 3);
  activity.received(1, noon, 9);
  activity.forget(1);
  assert.deepEqual(hoursOf(index, 1), []);
  assert.equal(hoursOf(index, allMailboxes)[0]?.received, 1);
  assert.equal(index.prepare("SELECT count(*) AS rows FROM mailbox_source").get()?.["rows"], 0);
  index.close();
});

test("the sources of a mailbox are told by bits", () => {
  assert.deepEqual(sourcesOf(0), []);
  assert.deepEqual(sourcesOf((1 << 1) | (1 << 3)), ["journal", "pop3-proxy"]);
});
