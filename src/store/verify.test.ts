// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { systemClock } from "../base/clock.ts";
import { hasCode } from "../base/errors.ts";
import { type MailboxId, type UniqueId } from "../base/ids.ts";
import { dataDirectory } from "./data-directory.ts";
import { lockDirectory } from "./lock.ts";
import { openStore } from "./open-store.ts";
import { openStoreReadOnly } from "./read-only.ts";
import { recordHeaderBytes } from "./record.ts";
import { type Finding, verifyStore } from "./verify.ts";

let directory: string;
let mailbox: MailboxId;
let ids: UniqueId[];

const smallBytes = 500;

/** Three small messages and a large one; the second small one is removed, the third has an addendum. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-verify-"));
  ids = [];
  const log = { event: () => undefined };
  const store = await openStore({ directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 });
  const row = mailboxRow();
  mailbox = row.id;
  await store.mailboxes.insert(row);
  for (const sealed of [smallBytes, smallBytes, smallBytes, 700_000].map((bytes) => randomBytes(bytes))) {
    const deposit = store.begin(mailbox, { sealedTo: "age1test", source: "journal", receivedAtMs: 1 });
    await deposit.write(sealed);
    ids.push(deposit.uniqueId);
    await deposit.commit({ traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 });
  }
  store.noteRefusal(mailbox, "smtp/refused");
  const maildrop = await store.maildrop(mailbox, "test");
  maildrop.notePulled(1);
  await maildrop.remove([1], "pulled by a test");
  await store.addAddendum(ids[2] ?? "", mailbox, { kind: "receipt", sealed: Buffer.from("sealed"), atMs: 2 });
  await store.stop();
});

afterEach(() => rmSync(directory, { recursive: true }));

async function verify(): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of verifyStore(directory)) findings.push(finding);
  return findings;
}

function change(sql: string): void {
  const index = new DatabaseSync(join(directory, "index.sqlite"));
  index.exec(sql);
  index.close();
}

function overwrite(folder: string, position: number): void {
  const [name] = readdirSync(join(directory, folder));
  const descriptor = openSync(join(directory, folder, name ?? ""), "r+");
  writeSync(descriptor, Buffer.from("changed"), 0, 7, position);
  closeSync(descriptor);
}

test("an untouched data directory is clean, and says how much was looked at", async () => {
  const seen: unknown[] = [];
  for await (const finding of verifyStore(directory, { onProgress: (progress) => seen.push(progress) })) {
    assert.fail(finding.text);
  }
  // Rows: created, 4 accepted, refused, pulled, removed, receipt-added.
  assert.deepEqual(seen.at(-1), { mailboxes: 1, ledgerRows: 9, messages: 3, sealedBytes: 2 * smallBytes + 700_000 });
});

test("every changed field of a ledger row is one finding", async () => {
  for (const column of [
    "at = at + 1",
    "event = 'withdrawn'",
    "sealed_bytes = 1",
    "sha256 = zeroblob(32)",
    "detail = 'x'",
  ]) {
    change(`CREATE TABLE before AS SELECT * FROM ledger; UPDATE ledger SET ${column} WHERE position = 3`);
    const findings = (await verify()).filter(({ code }) => code === "ledger-changed");
    assert.equal(findings.length, 1, column);
    assert.match(findings[0]?.text ?? "", /^row 3 /);
    change("DELETE FROM ledger; INSERT INTO ledger SELECT * FROM before; DROP TABLE before");
  }
  assert.deepEqual(await verify(), []);
});

test("a ledger row that is gone shows, and so does one whose hash was made to fit", async () => {
  change("DELETE FROM ledger WHERE position = 3");
  const codes = new Set((await verify()).map(({ code }) => code));
  assert.ok(codes.has("ledger-gap"));
  assert.ok(codes.has("ledger-changed"));
});

test("changed, cut and missing payload is named by its unique-id", async () => {
  overwrite("segments", recordHeaderBytes + 5);
  assert.deepEqual(
    (await verify()).map(({ code, uniqueId }) => [code, uniqueId]),
    [["payload-damaged", ids[0]]],
  );
  overwrite("segments", 2 * (recordHeaderBytes + smallBytes));
  overwrite("large", 699_990);
  assert.deepEqual(
    (await verify()).map(({ code, uniqueId }) => [code, uniqueId]),
    [
      ["payload-damaged", ids[0]],
      ["payload-damaged", ids[2]],
      ["payload-damaged", ids[3]],
    ],
  );
  rmSync(join(directory, "large", `${ids[3]}.age`));
  assert.deepEqual((await verify()).at(-1)?.code, "payload-missing");
});

test("rows that disagree with each other are found", async () => {
  change("UPDATE message SET ledger_position = 2 WHERE ledger_position = 4");
  change("UPDATE addendum SET sealed = x'00'");
  change("UPDATE tally SET messages = 7");
  change("UPDATE segment SET live_bytes = live_bytes - 1");
  assert.deepEqual(
    (await verify()).map(({ code }) => code),
    ["ledger-disagrees", "addendum-damaged", "tally-wrong", "segment-account-wrong"],
  );
});

test("a segment without its account is found, and is not taken for one that nobody wants", async () => {
  change("DELETE FROM segment; INSERT INTO segment VALUES (9, 0, 0)");
  assert.deepEqual(
    (await verify()).map(({ code, text }) => `${code} ${text}`),
    [`segment-account-wrong segment 1 has no account and holds ${2 * (recordHeaderBytes + smallBytes)}`],
  );
});

test("a row that is gone, or says something else than ledger and record, is named", async () => {
  change("DELETE FROM message WHERE segment = 0");
  change("UPDATE message SET content_bytes = 7, deviations = 1 WHERE sequence = 1");
  change("UPDATE message SET state = 2 WHERE sequence = 3");
  change("UPDATE tally SET messages = 2, sealed_bytes = 1000");
  assert.deepEqual(
    (await verify())
      .filter(({ severity }) => severity === "damage")
      .map(({ code, uniqueId, text }) => [code, uniqueId, text]),
    [
      ["facts-disagree", ids[0], "its row and its record disagree in contentBytes, deviations"],
      ["facts-disagree", ids[2], "its state is 2, the ledger says 1"],
      ["message-missing", ids[3], "the ledger says that it came and was not removed, and it has no row"],
    ],
  );
});

test("rows of a mailbox that is not there are found", async () => {
  change("UPDATE mailbox SET number = 7");
  const found = (await verify()).filter(({ code }) => code === "mailbox-missing").map(({ text }) => text);
  assert.deepEqual(
    found.map((text) => text.split(" belong")[0]),
    ["3 rows of table message", "1 rows of table addendum", "9 rows of table ledger"],
  );
});

test("an index whose pages are damaged is found by SQLite's own check, and the rest is verified all the same", async () => {
  // An order that nothing but the search for owners of large files reads.
  const index = new DatabaseSync(join(directory, "index.sqlite"));
  const page = Number(
    index.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'message_large'").get()?.["rootpage"],
  );
  index.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  index.close();
  const descriptor = openSync(join(directory, "index.sqlite"), "r+");
  writeSync(descriptor, Buffer.alloc(4096), 0, 4096, (page - 1) * 4096);
  closeSync(descriptor);
  const found = await verify();
  assert.ok(found.some(({ code }) => code === "index-damaged"));
  assert.ok(
    found.every(({ code }) => code === "index-damaged"),
    JSON.stringify(found),
  );
});

test("the file of a large message that no row has is found; what a running gateway writes is not taken for one", async () => {
  // As a kill leaves it between the file and its row. The second one is of the run that made the messages.
  const epoch = ids[0]?.slice(0, 8);
  const left = ["aaaaaaaa-0000000000", `${epoch}-0000000063`];
  for (const name of left) writeFileSync(join(directory, "large", `${name}.age`), "left");
  const texts = async (): Promise<string[]> =>
    (await verify()).map(({ severity, code, text }) => `${severity} ${code} ${text.slice(-30)}`);
  const both = left.map((name) => `leftover unwanted-file ${`no message has large/${name}.age`.slice(-30)}`);
  assert.deepEqual((await texts()).toSorted(), both.toSorted());
  const lock = lockDirectory(dataDirectory(directory));
  assert.deepEqual(await texts(), both.slice(0, 1));
  lock.release();
});

test("a data directory is read without its lock; one that is none is refused", async () => {
  const store = await openStoreReadOnly(directory);
  const list = await store.maildrop(mailbox);
  assert.deepEqual(
    [0, 1, 2].map((index) => list.uniqueId(index)),
    [ids[0], ids[2], ids[3]],
  );
  const source = await list.open(2);
  assert.equal((await source.read(0, 1_000_000)).length, 700_000);
  source.close();
  assert.equal((await (await list.open(1)).addenda()).length, 1);
  await store.stop();
  await assert.rejects(openStoreReadOnly(join(directory, "large")), (error) => hasCode(error, "store/no-data"));
});
