// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { systemClock } from "../base/clock.ts";
import type { MailboxId } from "../base/ids.ts";
import type { MailboxRow, Passage, Store } from "./contract.ts";
import { openStore, type StoreOptions } from "./open-store.ts";
import { openStoreReadOnly } from "./read-only.ts";

let directory: string;
let open: Store[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-passages-"));
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((store) => store.stop()));
  rmSync(directory, { recursive: true });
});

async function start(change: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({
    directory,
    clock: systemClock,
    log: { event: () => undefined },
    diskReserveBytes: 0,
    repeatedDeliveryMs: 3_600_000,
    ...change,
  });
  open.push(store);
  return store;
}

async function newMailbox(store: Store): Promise<MailboxRow> {
  const row = mailboxRow();
  await store.mailboxes.insert(row);
  return row;
}

async function put(store: Store, mailbox: MailboxId, passage: Passage): Promise<void> {
  const deposit = store.begin(mailbox, { source: "pop3-proxy", receivedAtMs: 1, sealedTo: "age1test" });
  await deposit.write(randomBytes(100));
  const result = await deposit.commit({
    traceBytes: 1,
    contentBytes: 2,
    contentPop3Bytes: 2,
    deviations: 0,
    passage,
  });
  assert.equal(result.kept, "new");
}

const name = Buffer.alloc(16, 1);
const other = Buffer.alloc(16, 2);
const content = Buffer.alloc(16, 3);

test("a passage is there with its message, also after a restart, and belongs to its mailbox", async () => {
  const first = await start();
  const { id } = await newMailbox(first);
  const stranger = await newMailbox(first);
  assert.equal(await first.passage(id, name), undefined);
  await put(first, id, { name, content });
  assert.deepEqual(Buffer.from((await first.passage(id, name)) ?? []), content);
  assert.equal(await first.passage(id, other), undefined);
  assert.equal(await first.passage(stranger.id, name), undefined);
  await put(first, id, { name, content: other });
  await first.stop();
  const second = await start();
  assert.deepEqual(Buffer.from((await second.passage(id, name)) ?? []), other, "the newest content counts");
});

test("a message that could not be committed leaves no passage", async () => {
  const store = await start({ faults: [{ operation: "index-commit", from: 2, times: 1, code: "EIO" }] });
  const { id } = await newMailbox(store);
  await assert.rejects(put(store, id, { name, content }));
  assert.equal(await store.passage(id, name), undefined);
});

test("passages are forgotten one by one, with the mailbox, and with its key", async () => {
  const store = await start();
  const row = await newMailbox(store);
  await put(store, row.id, { name, content });
  await put(store, row.id, { name: other, content });
  store.forgetPassages(row.id, [name]);
  // The note rides along with the next change of the store.
  await store.mailboxes.update({ ...row, description: "changed" }, "changed");
  assert.equal(await store.passage(row.id, name), undefined);
  assert.notEqual(await store.passage(row.id, other), undefined);
  await store.mailboxes.replaceKey({ ...row, recipient: "age1other" }, "by a test");
  assert.equal(await store.passage(row.id, other), undefined, "its mail is gone: it is recorded anew");
  const second = await newMailbox(store);
  await put(store, second.id, { name, content });
  await store.mailboxes.remove(second.id, "by a test");
  await store.stop();
  const index = new DatabaseSync(join(directory, "index.sqlite"), { readOnly: true });
  assert.equal(index.prepare("SELECT count(*) AS rows FROM passage").get()?.["rows"], 0);
  index.close();
});

test("a directory from before the table is read as it is and gets the table at the next start", async () => {
  const first = await start();
  const { id } = await newMailbox(first);
  await first.stop();
  const index = new DatabaseSync(join(directory, "index.sqlite"));
  index.exec("DROP TABLE passage");
  index.close();
  const reader = await openStoreReadOnly(directory);
  assert.equal((await reader.maildrop(id)).count, 0);
  await reader.stop();
  const second = await start();
  await put(second, id, { name, content });
  assert.deepEqual(Buffer.from((await second.passage(id, name)) ?? []), content);
});
