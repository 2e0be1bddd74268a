// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { systemClock } from "../base/clock.ts";
import type { Store } from "./contract.ts";
import { openStore } from "./open-store.ts";

let parent: string;
let directory: string;
let umask: number;
let events: string[];

/** Whatever the program was started with: here, everything is for everybody. */
beforeEach(() => {
  umask = process.umask(0);
  parent = mkdtempSync(join(tmpdir(), "postern-private-"));
  directory = join(parent, "data");
  events = [];
});

afterEach(() => {
  process.umask(umask);
  rmSync(parent, { recursive: true });
});

function open(): Promise<Store> {
  const log = { event: (code: string) => void events.push(code) };
  return openStore({ directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 });
}

/** Names of all that others may read, write or enter. */
function openToOthers(): string[] {
  const names = [".", ...readdirSync(directory, { recursive: true, encoding: "utf8" })];
  return names.filter((name) => (statSync(join(directory, name)).mode & 0o077) !== 0);
}

async function fill(store: Store): Promise<void> {
  const row = mailboxRow();
  await store.mailboxes.insert(row);
  for (const bytes of [100, 700_000]) {
    const deposit = store.begin(row.id, { sealedTo: row.recipient, source: "journal", receivedAtMs: 1 });
    await deposit.write(randomBytes(bytes));
    await deposit.commit({ traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 });
  }
}

test("everything in a new data directory is for its owner alone", async () => {
  const store = await open();
  await fill(store);
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  // Index, its log and shared memory, lock, its journal, number of the process, a segment, a large message, folders.
  assert.ok(names.length >= 9, names.join(" "));
  assert.deepEqual(openToOthers(), []);
  await store.stop();
  assert.ok(!events.includes("store/tightened"));
  // The index was made by us before SQLite saw it, and is whole all the same: space of removed rows can go back.
  const index = new DatabaseSync(join(directory, "index.sqlite"), { readOnly: true });
  assert.equal(index.prepare("PRAGMA auto_vacuum").get()?.["auto_vacuum"], 2);
  index.close();
});

test("a data directory that is open to others is tightened, and that is said", async () => {
  const first = await open();
  await fill(first);
  await first.stop();
  for (const name of [".", "segments", "large", "index.sqlite", "lock.sqlite", "lock.pid"])
    chmodSync(join(directory, name), 0o755);
  const second = await open();
  assert.ok(events.includes("store/tightened"));
  assert.deepEqual(openToOthers(), []);
  await second.stop();
});

test("a directory of others' things keeps its mode; what is ours in it is private", async () => {
  mkdirSync(directory, { mode: 0o755 });
  writeFileSync(join(directory, "somebody's"), "");
  for (let start = 0; start < 2; start++) {
    const store = await open();
    await fill(store);
    assert.deepEqual(openToOthers(), [".", "somebody's"]);
    await store.stop();
  }
});
