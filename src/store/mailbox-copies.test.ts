// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { systemClock } from "../base/clock.ts";
import { generateMailboxId, type MailboxId } from "../base/ids.ts";
import type { MailboxRow, Store } from "./contract.ts";
import { dataDirectory } from "./data-directory.ts";
import { readMailboxCopy } from "./mailbox-copy.ts";
import { openStore } from "./open-store.ts";
import { verifyStore } from "./verify.ts";

let directory: string;
let store: Store;
let row: MailboxRow;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-copies-"));
  await start();
  row = mailboxRow({
    name: "Käthe & co",
    description: 'with "quotes"',
    identityFile: Buffer.from([0, 255, 7]),
    allowedPeers: ["192.0.2.0/24"],
    settings: { a: [1] },
  });
  await store.mailboxes.insert(row);
});

afterEach(async () => {
  await store.stop();
  rmSync(directory, { recursive: true });
});

async function start(): Promise<void> {
  const log = { event: () => undefined };
  store = await openStore({ directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 });
}

function copyOf(id: MailboxId): MailboxRow | undefined {
  const copy = readMailboxCopy(dataDirectory(directory), id)?.row;
  return copy === undefined ? undefined : { ...copy, identityFile: Buffer.from(copy.identityFile) };
}

function change(sql: string): void {
  const index = new DatabaseSync(join(directory, "index.sqlite"));
  index.exec(sql);
  index.close();
}

async function findings(): Promise<string[]> {
  const found: string[] = [];
  for await (const { severity, code, mailbox } of verifyStore(directory)) found.push(`${severity} ${code} ${mailbox}`);
  return found;
}

test("a mailbox has a copy that follows its changes and goes with it", async () => {
  await waitFor("the copy", () => copyOf(row.id) !== undefined);
  assert.deepEqual(copyOf(row.id), row);
  const changed: MailboxRow = { ...row, state: "suspended" };
  await store.mailboxes.update(changed, "suspended");
  await waitFor("the new copy", () => copyOf(row.id)?.state === "suspended");
  assert.deepEqual(copyOf(row.id), changed);
  await store.mailboxes.remove(row.id, "test");
  await waitFor("its end", () => readdirSync(join(directory, "mailboxes")).length === 0);
});

test("a start makes what a crash left out, and takes away what it left behind", async () => {
  await store.stop();
  const path = join(directory, "mailboxes", `${row.id}.json`);
  const text = readFileSync(path);
  rmSync(path);
  await start();
  await waitFor("the copy again", () => existsSync(path));
  assert.deepEqual(readFileSync(path), text);
  await store.mailboxes.update({ ...row, name: "new" }, "changed");
  await store.stop();
  writeFileSync(path, text);
  assert.deepEqual(await findings(), [], "an old copy is no damage");
  await start();
  await waitFor("the copy of the change", () => copyOf(row.id)?.name === "new");
  await store.mailboxes.remove(row.id, "test");
  await store.stop();
  writeFileSync(path, text);
  assert.deepEqual(await findings(), []);
  await start();
  await waitFor("its end", () => !existsSync(path));
});

test("a changed octet of a registry row is found by its copy, which no start overwrites", async () => {
  const later: MailboxRow = { ...row, id: generateMailboxId() };
  await store.mailboxes.insert(later);
  await store.stop();
  for (const damage of [
    "identity_file = x'00fe07'",
    "recipient = 'age1tesu'",
    "allowed_peers = '[]'",
    "settings = 'x'",
  ]) {
    change(`CREATE TABLE before AS SELECT * FROM mailbox; UPDATE mailbox SET ${damage} WHERE number = 1`);
    if (!damage.startsWith("settings")) {
      // Copies are looked at in the order of the mailboxes: when this one is there, the damaged row's has been.
      rmSync(join(directory, "mailboxes", `${later.id}.json`));
      await start();
      await waitFor("the next copy", () => copyOf(later.id) !== undefined);
      await store.stop();
    }
    assert.deepEqual(await findings(), [`damage mailbox-damaged ${row.id}`], damage);
    assert.deepEqual(copyOf(row.id), row);
    change("DELETE FROM mailbox; INSERT INTO mailbox SELECT * FROM before; DROP TABLE before");
  }
  assert.deepEqual(await findings(), []);
  change("UPDATE mailbox SET id = 'mbx-x' WHERE number = 1");
  assert.deepEqual(await findings(), ["damage mailbox-damaged undefined", `damage mailbox-missing ${row.id}`]);
});

test("a damaged copy is told and made anew", async () => {
  await store.stop();
  const path = join(directory, "mailboxes", `${row.id}.json`);
  const text = readFileSync(path);
  const flipped = Buffer.from(text);
  flipped.writeUInt8((flipped[40] ?? 0) ^ 1, 40);
  writeFileSync(path, flipped);
  assert.deepEqual(await findings(), [`leftover copy-damaged ${row.id}`]);
  await start();
  await waitFor("the copy made anew", () => copyOf(row.id) !== undefined);
  assert.deepEqual(readFileSync(path), text);
});

test("a start brings up to date the copies of more mailboxes than one look takes", async () => {
  const rows = Array.from({ length: 50 }, () => ({ ...row, id: generateMailboxId() }));
  await Promise.all(rows.map((each) => store.mailboxes.insert(each)));
  await store.stop();
  const folder = join(directory, "mailboxes");
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  await start();
  await waitFor("all copies", () => [row, ...rows].every(({ id }) => copyOf(id) !== undefined));
});
