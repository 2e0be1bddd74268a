// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { systemClock } from "../base/clock.ts";
import { hasCode } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";
import type { DepositFacts, MailboxRow, Maildrop, Store } from "./contract.ts";
import { dataDirectory, segmentPath } from "./data-directory.ts";
import { openStore, type StoreOptions } from "./open-store.ts";
import { verifyStore } from "./verify.ts";

let directory: string;
let open: Store[];
const events: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-store-"));
  open = [];
  events.length = 0;
});

afterEach(async () => {
  await Promise.all(open.map((store) => store.stop()));
  rmSync(directory, { recursive: true });
});

async function start(change: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({
    directory,
    clock: systemClock,
    log: { event: (code) => events.push(code) },
    diskReserveBytes: 0,
    repeatedDeliveryMs: 3_600_000,
    ...change,
  });
  open.push(store);
  return store;
}

async function newMailbox(store: Store): Promise<MailboxId> {
  const row = mailboxRow();
  await store.mailboxes.insert(row);
  return row.id;
}

const facts: DepositFacts = { traceBytes: 10, contentBytes: 20, contentPop3Bytes: 21, deviations: 1 };

async function put(store: Store, mailbox: MailboxId, sealed: Buffer, change: Partial<DepositFacts> = {}) {
  const deposit = store.begin(mailbox, { sealedTo: "age1test", source: "journal", receivedAtMs: Date.now() });
  for (let at = 0; at < sealed.length; at += 65_552) await deposit.write(Buffer.from(sealed.subarray(at, at + 65_552)));
  return deposit.commit({ ...facts, ...change });
}

async function everything(maildrop: Maildrop): Promise<Buffer[]> {
  const messages: Buffer[] = [];
  for (let index = 0; index < maildrop.count; index++) {
    const source = await maildrop.open(index);
    const parts: Buffer[] = [];
    for (let position = 0; ; ) {
      const part = await source.read(position, 100_000);
      if (part.length === 0) break;
      parts.push(part);
      position += part.length;
    }
    source.close();
    messages.push(Buffer.concat(parts));
  }
  return messages;
}

test("small and large messages come back octet by octet, also after a start", async () => {
  const sealed = [Buffer.from("one"), randomBytes(300_000), randomBytes(3_000_000), Buffer.from("four")];
  const first = await start();
  const mailbox = await newMailbox(first);
  const kept = [];
  for (const octets of sealed) kept.push(await put(first, mailbox, octets));
  kept.forEach((result, at) => {
    assert.equal(result.kept, "new");
    if (result.kept !== "new") return;
    assert.deepEqual(
      Buffer.from(result.receipt.sha256),
      createHash("sha256")
        .update(sealed[at] ?? "")
        .digest(),
    );
    // Position 1 says that the mailbox was made.
    assert.equal(result.receipt.ledgerPosition, at + 2);
  });
  const drop = await first.maildrop(mailbox, "a");
  assert.deepEqual(await everything(drop), sealed);
  assert.equal(drop.pop3Bytes(0), 31);
  const ids = sealed.map((_, index) => drop.uniqueId(index));
  await first.stop();

  const second = await start();
  const again = await second.maildrop(mailbox, "b");
  assert.deepEqual(await everything(again), sealed);
  assert.deepEqual(
    sealed.map((_, index) => again.uniqueId(index)),
    ids,
  );
});

test("a maildrop is frozen and exclusive; removal is one step and the space goes back", async () => {
  const store = await start({ segmentBytes: 100_000 });
  const mailbox = await newMailbox(store);
  for (let count = 0; count < 10; count++) await put(store, mailbox, randomBytes(40_000));
  await put(store, mailbox, randomBytes(800_000));
  const drop = await store.maildrop(mailbox, "a");
  await assert.rejects(store.maildrop(mailbox, "b"), (error) => hasCode(error, "store/maildrop-locked"));
  await put(store, mailbox, Buffer.from("later"));
  assert.equal(drop.count, 11);
  assert.deepEqual(await drop.remove(Array(11).keys(), "pulled"), { removed: 11, failed: 0 });
  assert.deepEqual(await drop.remove([0], "pulled"), { removed: 0, failed: 1 });
  drop.release();
  const after = await store.maildrop(mailbox, "b");
  assert.deepEqual(await everything(after), [Buffer.from("later")]);
  assert.equal((await store.counts()).get(mailbox)?.messages, 1);
  await store.stop();
  assert.deepEqual(readdirSync(join(directory, "large")), []);
  assert.equal(readdirSync(join(directory, "segments")).length, 1);
});

test("the same fingerprint is a repeated delivery while the message is there, also in one group", async () => {
  const store = await start();
  const mailbox = await newMailbox(store);
  const fingerprint = randomBytes(16);
  const [one, two] = await Promise.all([
    put(store, mailbox, Buffer.from("same"), { fingerprint }),
    put(store, mailbox, Buffer.from("same"), { fingerprint }),
  ]);
  assert.deepEqual([one.kept, two.kept], ["new", "repeated"]);
  const third = await put(store, mailbox, Buffer.from("same"), { fingerprint });
  assert.equal(third.kept, "repeated");
  if (third.kept !== "repeated") return;
  await store.addAddendum(third.earlier, mailbox, { kind: "receipt", atMs: 5, sealed: Buffer.from("sealed receipt") });
  const drop = await store.maildrop(mailbox, "a");
  const source = await drop.open(0);
  assert.deepEqual(
    (await source.addenda()).map((each) => Buffer.from(each.sealed).toString()),
    ["sealed receipt"],
  );
  await drop.remove([0], "pulled");
  assert.equal((await put(store, mailbox, Buffer.from("same"), { fingerprint })).kept, "new");
});

test("an offered message is invisible until it is settled; a start makes it unknown", async () => {
  const first = await start();
  const mailbox = await newMailbox(first);
  const offered = first.begin(mailbox, { sealedTo: "age1test", source: "smtp-proxy", receivedAtMs: 1 });
  await offered.write(Buffer.from("offered"));
  await offered.prepare(facts);
  const withdrawn = first.begin(mailbox, { sealedTo: "age1test", source: "smtp-proxy", receivedAtMs: 1 });
  await withdrawn.prepare(facts);
  await withdrawn.abort();
  const drop = await first.maildrop(mailbox, "a");
  assert.equal(drop.count, 0);
  await first.stop();
  const second = await start();
  const again = await second.maildrop(mailbox, "a");
  assert.equal(again.count, 1);
  assert.equal((await again.open(0)).message.state, "unknown");
});

test("the segment of a group that was killed before its commit gives its number to one that is kept", async () => {
  const first = await start();
  const mailbox = await newMailbox(first);
  await first.stop();
  writeFileSync(segmentPath(dataDirectory(directory), 1), "payload without a row");
  const octets = randomBytes(200);
  const second = await start();
  await put(second, mailbox, octets);
  await second.stop();
  for (const _ of [1, 2]) {
    const again = await start();
    const drop = await again.maildrop(mailbox, "a");
    assert.deepEqual(await everything(drop), [octets]);
    await again.stop();
  }
  for await (const { text } of verifyStore(directory)) assert.fail(text);
  const index = new DatabaseSync(dataDirectory(directory).index, { readOnly: true });
  assert.deepEqual({ ...index.prepare("SELECT count(*) AS segments FROM segment").get() }, { segments: 1 });
  index.close();
});

test("a segment that holds messages stays, whatever its account says", async () => {
  const first = await start();
  const mailbox = await newMailbox(first);
  const octets = randomBytes(200);
  await put(first, mailbox, octets);
  await first.stop();
  const index = new DatabaseSync(dataDirectory(directory).index);
  index.exec("DELETE FROM segment");
  index.close();
  const again = await start();
  assert.deepEqual(await everything(await again.maildrop(mailbox, "a")), [octets]);
});

test("one data directory, one gateway", async () => {
  await start();
  await assert.rejects(start(), (error) => hasCode(error, "store/in-use"));
});

for (const operation of ["append", "sync", "index-commit", "large-write", "large-sync"] as const) {
  test(`a fault at ${operation} refuses, keeps nothing, and ends by itself`, async () => {
    const store = await start({
      faults: [{ operation, from: operation === "large-write" ? 1 : 2, times: 1, code: "EIO" }],
    });
    const mailbox = await newMailbox(store);
    const large = operation.startsWith("large");
    const one = randomBytes(large ? 600_000 : 100);
    if (operation !== "index-commit") await put(store, mailbox, operation === "large-write" ? Buffer.from("x") : one);
    await assert.rejects(put(store, mailbox, randomBytes(one.length)), (error) => hasCode(error, "store/failing"));
    const deadline = Date.now() + 10_000;
    while (store.readiness(0) !== "ready" && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const last = randomBytes(200);
    assert.equal((await put(store, mailbox, last)).kept, "new");
    const drop = await store.maildrop(mailbox, "a");
    assert.deepEqual((await everything(drop)).at(-1), last);
    assert.ok(events.includes("store/failing"));
    assert.ok(events.includes("store/working-again"));
  });
}

test("with too little space nothing is begun", async () => {
  const store = await start({ diskReserveBytes: Number.MAX_SAFE_INTEGER });
  const mailbox = await newMailbox(store);
  assert.throws(
    () => store.begin(mailbox, { sealedTo: "age1test", source: "journal", receivedAtMs: 1 }),
    (error) => hasCode(error, "store/disk-low"),
  );
});

test("a large message whose COMMIT failed but reached the disk is kept whole", async () => {
  // The first two commits: the mailbox, the message.
  const store = await start({ faults: [{ operation: "index-committed", from: 2, times: 1, code: "EIO" }] });
  const mailbox = await newMailbox(store);
  const sealed = randomBytes(600_000);
  await assert.rejects(put(store, mailbox, sealed), (error) => hasCode(error, "store/failing"));
  await store.stop();
  const again = await start();
  assert.deepEqual(await everything(await again.maildrop(mailbox, "a")), [sealed]);
});

test("a removal that failed tells so and leaves the messages", async () => {
  const store = await start({ faults: [{ operation: "index-commit", from: 3, times: 1, code: "EIO" }] });
  const mailbox = await newMailbox(store);
  const sealed = randomBytes(100);
  await put(store, mailbox, sealed);
  const drop = await store.maildrop(mailbox, "a");
  await assert.rejects(drop.remove([0], "pulled"), (error) => hasCode(error, "store/failing"));
  assert.deepEqual(await everything(drop), [sealed]);
});

test("a deposit into a mailbox that was removed meanwhile is refused", async () => {
  const store = await start();
  const mailbox = await newMailbox(store);
  const deposit = store.begin(mailbox, { sealedTo: "age1test", source: "journal", receivedAtMs: 1 });
  await deposit.write(Buffer.from("late"));
  await store.mailboxes.remove(mailbox, "by a test");
  await assert.rejects(deposit.commit(facts), (error) => hasCode(error, "mailbox/unknown"));
});

test("after the store has stopped every step says so", async () => {
  const store = await start();
  const mailbox = await newMailbox(store);
  const deposit = store.begin(mailbox, { sealedTo: "age1test", source: "journal", receivedAtMs: 1 });
  await store.stop();
  await assert.rejects(deposit.commit(facts), (error) => hasCode(error, "store/stopped"));
  assert.throws(
    () => store.begin(mailbox, { sealedTo: "age1test", source: "journal", receivedAtMs: 1 }),
    (error) => hasCode(error, "store/stopped"),
  );
});

test("a mostly dead segment is emptied and unlinked; what lives in it stays readable, in an open maildrop too", async () => {
  const store = await start({ segmentBytes: 1_000_000 });
  const mailbox = await newMailbox(store);
  const sealed = Array.from({ length: 60 }, () => randomBytes(50_000));
  for (const octets of sealed) await put(store, mailbox, octets);
  const first = (await store.counts()).get(mailbox)?.messages;
  assert.equal(first, 60);
  const drop = await store.maildrop(mailbox, "a");
  const held = await drop.open(1);
  const stay = [1, 21, 41];
  await drop.remove(
    [...sealed.keys()].filter((index) => !stay.includes(index)),
    "pulled",
  );
  await waitFor(() => readdirSync(join(directory, "segments")).every((name) => Number.parseInt(name, 10) > 3));
  assert.deepEqual(await held.read(0, 50_000), sealed[1]);
  held.close();
  for (const index of stay) assert.deepEqual(await (await drop.open(index)).read(0, 50_000), sealed[index]);
  await store.stop();
  for await (const finding of verifyStore(directory)) assert.fail(finding.text);
});

test("a mailbox with more messages than one slice is removed with all of them, and a removal of many says how many", async () => {
  const store = await start();
  const mailbox = await newMailbox(store);
  const other = await newMailbox(store);
  const many = Array.from({ length: 2_100 }, (_, index) => (index % 3 === 0 ? other : mailbox));
  await Promise.all(many.map((id) => put(store, id, randomBytes(10))));
  const drop = await store.maildrop(mailbox, "a");
  assert.equal(drop.count, 1_400);
  assert.deepEqual(await drop.remove(Array(1_300).keys(), "pulled"), { removed: 1_300, failed: 0 });
  drop.release();
  assert.equal(await store.mailboxes.remove(mailbox, "by a test"), 100);
  assert.equal(store.mailboxes.get(mailbox), undefined);
  assert.equal((await store.maildrop(other, "b")).count, 700);
  await store.stop();
  for await (const finding of verifyStore(directory)) assert.fail(finding.text);
});

for (const bytes of [30, 700_000]) {
  test(`${bytes} octets sealed to a key that the mailbox no longer has are refused; what the new key seals is kept`, async () => {
    const store = await start();
    const mailbox = await newMailbox(store);
    const fingerprint = randomBytes(16);
    const underWay = store.begin(mailbox, { source: "journal", receivedAtMs: 1, sealedTo: "age1test" });
    await underWay.write(randomBytes(bytes));
    const offered = store.begin(mailbox, { source: "smtp-proxy", receivedAtMs: 1, sealedTo: "age1test" });
    await offered.write(randomBytes(bytes));
    await store.mailboxes.replaceKey(rowWith(store, mailbox, "age1new"), undefined);
    const sealed = randomBytes(bytes);
    const next = store.begin(mailbox, { source: "journal", receivedAtMs: 1, sealedTo: "age1new" });
    await next.write(Buffer.from(sealed));
    // In one group, with one fingerprint: the one that is refused must not count as an earlier delivery.
    const [refused, kept] = await Promise.allSettled([
      underWay.commit({ ...facts, fingerprint }),
      next.commit({ ...facts, fingerprint }),
    ]);
    assert.ok(refused.status === "rejected" && hasCode(refused.reason, "store/key-changed"));
    assert.equal(kept.status === "fulfilled" ? kept.value.kept : kept.reason, "new");
    await assert.rejects(offered.prepare(facts), (error) => hasCode(error, "store/key-changed"));
    assert.deepEqual(await everything(await store.maildrop(mailbox, "a")), [sealed]);
    await store.stop();
    for await (const finding of verifyStore(directory)) assert.fail(finding.text);
    assert.equal(readdirSync(join(directory, "large")).length, bytes > 30 ? 1 : 0);
  });
}

test("a key does not change under mail, offered mail too, unless the mail goes with it", async () => {
  const store = await start();
  const mailbox = await newMailbox(store);
  const offered = store.begin(mailbox, { source: "smtp-proxy", receivedAtMs: 1, sealedTo: "age1test" });
  await offered.prepare(facts);
  const row = rowWith(store, mailbox, "age1new");
  await assert.rejects(store.mailboxes.replaceKey(row, undefined), (error) => hasCode(error, "mailbox/not-empty"));
  assert.equal(store.mailboxes.get(mailbox)?.recipient, "age1test");
  for (let count = 0; count < 3; count++) await put(store, mailbox, randomBytes(10));
  assert.equal(await store.mailboxes.replaceKey(row, "by a test"), 4);
  await offered.settle("accepted");
  assert.equal((await store.maildrop(mailbox, "a")).count, 0);
  await store.stop();
  for await (const finding of verifyStore(directory)) assert.fail(finding.text);
});

test("neither a mailbox nor its mail goes away under a pull", async () => {
  const store = await start();
  const mailbox = await newMailbox(store);
  await put(store, mailbox, randomBytes(10));
  const drop = await store.maildrop(mailbox, "a puller");
  const locked = (error: unknown) => hasCode(error, "store/maildrop-locked");
  await assert.rejects(store.mailboxes.remove(mailbox, "by a test"), locked);
  await assert.rejects(store.mailboxes.replaceKey(rowWith(store, mailbox, "age1new"), "by a test"), locked);
  assert.equal(drop.count, 1);
  assert.equal((await everything(drop)).length, 1);
  drop.release();
  assert.equal(await store.mailboxes.remove(mailbox, "by a test"), 1);
});

function rowWith(store: Store, mailbox: MailboxId, recipient: string): MailboxRow {
  const row = store.mailboxes.get(mailbox);
  assert.ok(row);
  return { ...row, recipient };
}

async function waitFor(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, "it did not come about");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
