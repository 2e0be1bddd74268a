// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { systemClock } from "../base/clock.ts";
import { openStore, type StoreOptions } from "./open-store.ts";

const messages = 100_000;

/** The collector itself, so that what is measured is held and not merely forgotten. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  assert.ok(typeof collect === "function");
  collect();
}

function heldBytes(): { readonly objects: number; readonly arrays: number } {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { objects: heapUsed, arrays: arrayBuffers };
}

test("a maildrop of 100,000 messages is complete, in order, and two arrays of numbers (I9)", async () => {
  const directory = mkdtempSync(join(tmpdir(), "postern-snapshot-"));
  const log = { event: () => undefined };
  const options: StoreOptions = { directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 };
  const row = mailboxRow();
  const first = await openStore(options);
  await first.mailboxes.insert(row);
  await first.stop();
  fillIndex(join(directory, "index.sqlite"));
  const store = await openStore(options);
  try {
    // The first one warms up what stays.
    (await store.maildrop(row.id, "a")).release();
    const before = heldBytes();
    const drop = await store.maildrop(row.id, "b");
    const after = heldBytes();
    assert.equal(drop.count, messages);
    for (const index of [0, 1, 50_000, messages - 1]) {
      assert.equal(drop.uniqueId(index), `epochabc-${(index + 1).toString(16).padStart(10, "0")}`);
      assert.equal(drop.pop3Bytes(index), 100 + index + 1);
    }
    // Eight octets of sequence and four of size each; a mebibyte for whatever else happens in the process.
    const slack = 1024 * 1024;
    assert.ok(after.arrays - before.arrays <= messages * 12 + slack, `${after.arrays - before.arrays} in arrays`);
    assert.ok(after.objects - before.objects <= slack, `${after.objects - before.objects} in objects`);
  } finally {
    await store.stop();
    rmSync(directory, { recursive: true });
  }
});

/** Rows alone: a snapshot looks at nothing else. */
function fillIndex(path: string): void {
  const index = new DatabaseSync(path);
  index.exec(`BEGIN;
    INSERT INTO epoch VALUES ('epochabc', 1, ${messages}, 1);
    WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${messages})
      INSERT INTO message SELECT 1, i, 1, 1, 1, 1, i * 1000, 500, 100, 200, i, 0, i, NULL FROM n;
    INSERT INTO segment VALUES (1, 1, ${messages});
    COMMIT`);
  index.close();
}
