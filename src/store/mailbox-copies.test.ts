// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
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
import { openStore, type StoreOptions } from "./open-store.ts";
import { verifyStore } from "./verify.ts";

let directory: string;
let store: Store;
let row: MailboxRow;
let events: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-copies-"));
  events = [];
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
  const log: StoreOptions["log"] = {
    event: (code, fields = {}) => void events.push([code, fields["mailbox"], fields["cause"]].join(" ").trim()),
  };
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

for (const damage of ["settings = 'x'", "identity_file = 'text'", "created_at = 9223372036854775807"])
  test(`a registry row damaged under the running store is told, and holds up nobody: ${damage}`, async () => {
    const rows = Array.from({ length: 25 }, () => ({ ...row, id: generateMailboxId() }));
    await Promise.all(rows.map((each) => store.mailboxes.insert(each)));
    await store.stop();
    const folder = join(directory, "mailboxes");
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    // What keeps the first copy from being written keeps the look from the rows behind the first twenty.
    const obstacle = join(folder, `${row.id}.json.new`);
    mkdirSync(obstacle);
    events = [];
    await start();
    await waitFor("the look to be held up", () => events.some((event) => event.startsWith("store/failing")));
    const damaged = rows[22];
    const last = rows[24];
    assert.ok(damaged !== undefined && last !== undefined);
    change(`UPDATE mailbox SET ${damage} WHERE id = '${damaged.id}'`);
    rmdirSync(obstacle);
    await waitFor("the copy behind the damaged one", () => copyOf(last.id) !== undefined);
    const deposit = store.begin(last.id, { sealedTo: row.recipient, source: "journal", receivedAtMs: 1 });
    await deposit.write(Buffer.from("sealed"));
    await deposit.commit({ traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 });
    assert.equal(copyOf(damaged.id), undefined);
    const told = events.filter((event) => event.startsWith("store/damaged"));
    assert.equal(told.length, 1, "once");
    assert.match(
      told[0] ?? "",
      new RegExp(`^store/damaged ${damaged.id} store/damaged: .*the registry row of mailbox`),
    );
    assert.equal(events.filter((event) => event.startsWith("store/failing")).length, 1, "by the obstacle alone");
    assert.deepEqual(await findings(), [`damage mailbox-damaged ${damaged.id}`]);
    // Whoever changes the mailbox writes the whole row, and its copy with it.
    await store.mailboxes.update({ ...damaged, name: "written again" }, "changed");
    await waitFor("its copy", () => copyOf(damaged.id)?.name === "written again");
    assert.deepEqual(await findings(), []);
  });
