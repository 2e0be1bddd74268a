// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { systemClock } from "../base/clock.ts";
import type { MailboxId } from "../base/ids.ts";
import type { Store } from "./contract.ts";
import { openStore, type StoreEvent } from "./open-store.ts";
import { recordHeaderBytes } from "./record.ts";
import { verifyStore } from "./verify.ts";

const sealedBytes = 5_000;
const recordBytes = recordHeaderBytes + sealedBytes;
const stay: ReadonlySet<number> = new Set([3, 10, 15]);
let directory: string;
let store: Store;
let mailbox: MailboxId;
let sealed: readonly Buffer[];
const events: { readonly code: StoreEvent; readonly fields: Readonly<Record<string, string | number>> }[] = [];

async function start(): Promise<void> {
  events.length = 0;
  store = await openStore({
    directory,
    clock: systemClock,
    log: { event: (code, fields = {}) => events.push({ code, fields }) },
    diskReserveBytes: 0,
    repeatedDeliveryMs: 0,
    segmentBytes: 20 * recordBytes,
  });
}

/** One full segment of twenty messages, one of them elsewhere; the gateway is stopped. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-compaction-"));
  await start();
  const row = mailboxRow();
  mailbox = row.id;
  await store.mailboxes.insert(row);
  sealed = Array.from({ length: 21 }, () => randomBytes(sealedBytes));
  for (const octets of sealed) {
    const deposit = store.begin(mailbox, { sealedTo: "age1test", source: "journal", receivedAtMs: 1 });
    await deposit.write(Buffer.from(octets));
    await deposit.commit({ traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 });
  }
  await store.stop();
});

afterEach(async () => {
  await store.stop();
  rmSync(directory, { recursive: true });
});

function overwriteFirstSegment(position: number): void {
  const descriptor = openSync(join(directory, "segments", "00000001.seg"), "r+");
  writeSync(descriptor, Buffer.from("changed"), 0, 7, position);
  closeSync(descriptor);
}

/** Removes all but those that stay, so that the first segment is mostly dead. */
async function removeMost(): Promise<void> {
  const drop = await store.maildrop(mailbox, "a");
  await drop.remove(
    [...Array(20).keys()].filter((index) => !stay.has(index)),
    "pulled",
  );
  drop.release();
}

/** Compaction is looked at once a second: long enough for it to come again, if it would. */
async function twoMoreLooks(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2_500));
}

async function findings(): Promise<string[]> {
  const codes: string[] = [];
  for await (const { code } of verifyStore(directory)) codes.push(code);
  return codes;
}

function damaged(): unknown[] {
  return events
    .filter(({ code }) => code === "store/damaged")
    .map(({ fields }) => [fields["segment"], fields["offset"]]);
}

test("what is intact moves on, what is damaged stays where it is, and is told once", async () => {
  overwriteFirstSegment(10 * recordBytes + recordHeaderBytes + 100);
  await start();
  await removeMost();
  await waitFor("the alarm", () => damaged().length > 0);
  await twoMoreLooks();
  assert.deepEqual(damaged(), [[1, 10 * recordBytes]]);
  assert.equal(store.readiness(0), "ready");
  const drop = await store.maildrop(mailbox, "b");
  for (const [index, of] of [3, 10, 15, 20].entries()) {
    const source = await drop.open(index);
    const octets = await source.read(0, sealedBytes);
    source.close();
    assert.equal(octets.equals(sealed[of] ?? octets), of !== 10);
  }
  drop.release();
  await store.stop();
  assert.deepEqual(await findings(), ["payload-damaged"]);
  // Those that moved are gone from there: their removal frees nothing in the first segment.
  overwriteFirstSegment(3 * recordBytes + recordHeaderBytes + 100);
  assert.deepEqual(await findings(), ["payload-damaged"]);
});

test("behind a damaged header everything stays readable, and the segment is not tried again", async () => {
  overwriteFirstSegment(7 * recordBytes);
  await start();
  await removeMost();
  await waitFor("the alarm", () => damaged().length > 0);
  await twoMoreLooks();
  assert.deepEqual(damaged(), [[1, 7 * recordBytes]]);
  const drop = await store.maildrop(mailbox, "b");
  for (const [index, of] of [3, 10, 15, 20].entries()) {
    const source = await drop.open(index);
    assert.deepEqual(await source.read(0, sealedBytes), sealed[of]);
    source.close();
  }
  drop.release();
  await store.stop();
  assert.deepEqual(await findings(), []);
});

for (const wrong of ["UPDATE segment SET live_bytes = 1 WHERE number = 1", "DELETE FROM segment WHERE number = 1"])
  test(`a segment is not dropped while something lives in it: ${wrong}`, async () => {
    const index = new DatabaseSync(join(directory, "index.sqlite"));
    index.exec(wrong);
    index.close();
    await start();
    await removeMost();
    await waitFor("the alarm", () => damaged().length > 0);
    await twoMoreLooks();
    const drop = await store.maildrop(mailbox, "b");
    for (const [index, of] of [3, 10, 15, 20].entries()) {
      const source = await drop.open(index);
      assert.deepEqual(await source.read(0, sealedBytes), sealed[of]);
      source.close();
    }
    drop.release();
    assert.deepEqual(
      events.filter(({ code }) => code === "store/damaged").map(({ fields }) => fields["cause"]),
      ["its account was wrong: something lives in it"],
    );
    await store.stop();
    assert.deepEqual(await findings(), []);
  });

test("a segment that cannot be read is told, and mail is taken all the same", async () => {
  await start();
  rmSync(join(directory, "segments", "00000001.seg"));
  await removeMost();
  await waitFor("the alarm", () => damaged().length > 0);
  await twoMoreLooks();
  assert.deepEqual(damaged(), [[1, 0]]);
  assert.equal(store.readiness(0), "ready");
  assert.ok(readdirSync(join(directory, "segments")).length > 0);
});
