// SPDX-License-Identifier: Apache-2.0

/** A start without the index, or with a damaged one, must not take the mail beside it for what nobody wants. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { systemClock } from "../base/clock.ts";
import { hasCode } from "../base/errors.ts";
import type { Store } from "./contract.ts";
import { openStore } from "./open-store.ts";
import { openStoreReadOnly } from "./read-only.ts";
import { verifyStore } from "./verify.ts";

let directory: string;
let index: string;

function start(): Promise<Store> {
  const log = { event: () => undefined };
  return openStore({ directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 });
}

/** A message in a segment and one in a file of its own. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-lost-index-"));
  index = join(directory, "index.sqlite");
  const store = await start();
  const row = mailboxRow();
  await store.mailboxes.insert(row);
  for (const bytes of [500, 700_000]) {
    const deposit = store.begin(row.id, { sealedTo: row.recipient, source: "journal", receivedAtMs: 1 });
    await deposit.write(randomBytes(bytes));
    await deposit.commit({ traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 });
  }
  await store.stop();
});

afterEach(() => rmSync(directory, { recursive: true }));

function payload(): readonly string[] {
  return ["segments", "large"].flatMap((folder) => readdirSync(join(directory, folder)).map(String));
}

/** With its log, which could mend what is damaged: it stays when the reader was the last to close. */
function replaceIndex(octets: Uint8Array): void {
  rmSync(`${index}-wal`, { force: true });
  writeFileSync(index, octets);
}

function emptyFolder(folder: string): void {
  for (const name of readdirSync(join(directory, folder))) rmSync(join(directory, folder, name));
}

const losses = [
  { of: "a missing index", code: "store/index-missing", lose: () => rmSync(index) },
  { of: "an empty index", code: "store/index-missing", lose: () => truncateSync(index) },
  {
    of: "a missing index with a segment alone",
    code: "store/index-missing",
    lose: () => {
      rmSync(index);
      emptyFolder("large");
    },
  },
  {
    of: "a missing index with a large message alone",
    code: "store/index-missing",
    lose: () => {
      rmSync(index);
      emptyFolder("segments");
    },
  },
  {
    of: "no index at all in its place",
    code: "store/index-damaged",
    lose: () => replaceIndex(Buffer.alloc(5000, "x")),
  },
  {
    of: "an index with a destroyed page",
    code: "store/index-damaged",
    lose: () => replaceIndex(Buffer.concat([readFileSync(index).subarray(0, 100), randomBytes(200_000)])),
  },
  {
    of: "an index whose log was taken away from under it",
    code: "store/index-damaged",
    lose: () => {
      rmSync(`${index}-wal`, { force: true });
      writeFileSync(`${index}-shm`, "");
    },
  },
] as const;

for (const { of, code, lose } of losses)
  test(`${of} is refused by a start, by verify and by readers, and nothing is touched`, async () => {
    lose();
    const before = payload();
    for (const open of [start, () => openStoreReadOnly(directory), () => verifyStore(directory).next()])
      await assert.rejects(open, (error) => hasCode(error, code) && error.message.includes("index.sqlite"));
    assert.deepEqual(payload(), before);
    assert.ok(before.length > 0);
  });

test("with its index back in place the directory is as it was", async () => {
  renameSync(index, `${index}-away`);
  await assert.rejects(start, (error) => hasCode(error, "store/index-missing"));
  renameSync(`${index}-away`, index);
  await (await start()).stop();
  for await (const finding of verifyStore(directory)) assert.fail(finding.text);
});
