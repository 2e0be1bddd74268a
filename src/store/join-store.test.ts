// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { madeUpRecipient, mailboxRow } from "../../test/support/mailbox-row.ts";
import { systemClock } from "../base/clock.ts";
import { hasCode } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";
import type { DepositFacts, MailStore, Store } from "./contract.ts";
import { DepositMemory } from "./deposit-memory.ts";
import { type JoinedStore, joinStore } from "./join-store.ts";
import { openStore } from "./open-store.ts";

let directory: string;
let store: Store;
let mailbox: MailboxId;

const facts: DepositFacts = { traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 };

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-join-"));
  const row = mailboxRow();
  mailbox = row.id;
  store = await open();
  await store.mailboxes.insert(row);
});

afterEach(async () => {
  await store.stop();
  rmSync(directory, { recursive: true });
});

function open(): Promise<Store> {
  const log = { event: () => undefined };
  return openStore({ directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0, sharePlaces: 2 });
}

function joined(place: number): {
  readonly mail: JoinedStore;
  readonly leave: () => void;
  readonly vanish: () => void;
} {
  const { share, leave } = store.share(place);
  const mail = joinStore(share, systemClock);
  store.onMailboxChange(async (change) => mail.mailboxChanged(change));
  return { mail, leave, vanish: () => Object.values(share.ports).forEach((port) => port.close()) };
}

async function keep(mail: MailStore, bytes = 100): Promise<string> {
  const deposit = mail.begin(mailbox, { sealedTo: madeUpRecipient, source: "journal", receivedAtMs: 1 });
  await deposit.write(Buffer.alloc(bytes, 7));
  await deposit.commit(facts);
  return deposit.uniqueId;
}

async function waiting(mail: MailStore): Promise<readonly string[]> {
  const maildrop = await mail.maildrop(mailbox, "test");
  const ids = Array.from({ length: maildrop.count }, (_, index) => maildrop.uniqueId(index));
  maildrop.release();
  return ids;
}

test("what several threads keep is one maildrop, and every unique-id is another", async () => {
  const [first, second] = [joined(1), joined(2)];
  const ids = await Promise.all([store, first.mail, second.mail, first.mail].map((mail) => keep(mail)));
  const large = await keep(second.mail, 700_000);
  assert.equal(new Set(ids).size, 4);
  const all = [...ids, large].toSorted();
  assert.deepEqual((await waiting(store)).toSorted(), all);
  assert.deepEqual((await waiting(first.mail)).toSorted(), all);
  const maildrop = await second.mail.maildrop(mailbox, "test");
  const source = await maildrop.open(maildrop.count - 1);
  assert.equal((await source.read(0, 100)).length, 100);
  source.close();
  assert.deepEqual(await maildrop.remove([0, 1], "a test"), { removed: 2, failed: 0 });
  maildrop.release();
  for (const { mail, leave } of [first, second]) {
    await mail.leave();
    leave();
  }
  assert.equal((await waiting(store)).length, 3);
});

test("a lease holds for all threads, until it is released or its thread has gone", async () => {
  const [first, second] = [joined(1), joined(2)];
  const maildrop = await first.mail.maildrop(mailbox, "the first");
  for (const mail of [store, second.mail])
    await assert.rejects(mail.maildrop(mailbox, "late"), (error: Error) =>
      /another session.*the first/.test(error.message),
    );
  await assert.rejects(store.mailboxes.remove(mailbox, "a test"), (error) => hasCode(error, "store/maildrop-locked"));
  maildrop.release();
  (await second.mail.maildrop(mailbox, "the second")).release();
  await first.mail.maildrop(mailbox, "the first again");
  first.vanish();
  first.leave();
  (await second.mail.maildrop(mailbox, "the second again")).release();
  await second.mail.leave();
  second.leave();
});

test("a mailbox that changes is another one in every thread before whoever changed it hears of that", async () => {
  const { mail, leave } = joined(1);
  const other = mailboxRow();
  await store.mailboxes.insert(other);
  assert.equal(mail.mailboxes.get(other.id)?.state, "active");
  await store.mailboxes.update({ ...other, state: "suspended" }, "suspended");
  assert.equal(mail.mailboxes.get(other.id)?.state, "suspended");
  await store.mailboxes.remove(other.id, "a test");
  assert.equal(mail.mailboxes.get(other.id), undefined);
  assert.throws(() => mail.begin(other.id, { sealedTo: madeUpRecipient, source: "journal", receivedAtMs: 1 }));
  await mail.leave();
  leave();
});

test("what a thread had offered when it went is kept as unknown, what it had not finished is gone", async () => {
  const { mail, leave, vanish } = joined(1);
  const hints = { sealedTo: madeUpRecipient, source: "smtp-proxy", receivedAtMs: 1 } as const;
  const offered = mail.begin(mailbox, hints);
  await offered.write(Buffer.alloc(100));
  await offered.prepare(facts);
  const settled = mail.begin(mailbox, hints);
  await settled.write(Buffer.alloc(100));
  await settled.prepare(facts);
  await settled.settle("accepted");
  const half = mail.begin(mailbox, hints);
  await half.write(Buffer.alloc(700_000));
  while (readdirSync(join(directory, "large")).length === 0) await sleep(5);
  assert.deepEqual(await waiting(store), [settled.uniqueId]);
  vanish();
  leave();
  for (let turn = 0; turn < 200 && (await waiting(store)).length < 2; turn++) await sleep(10);
  assert.deepEqual(await waiting(store), [offered.uniqueId, settled.uniqueId]);
  while (readdirSync(join(directory, "large")).length > 0) await sleep(5);
  const { rows } = await store.ledger(mailbox, { limit: 10 });
  assert.deepEqual(
    rows.filter(({ event }) => event === "unknown").map(({ uniqueId }) => uniqueId),
    [offered.uniqueId],
  );
});

test("a thread that leaves leaves nothing behind", async () => {
  const { mail, leave } = joined(1);
  mail.noteRefusal(mailbox, "smtp/refused");
  mail.noteRefusal(mailbox, "smtp/refused");
  await keep(mail);
  await mail.leave();
  leave();
  assert.equal(mail.readiness(1), "stopped");
  const { rows } = await store.ledger(mailbox, { limit: 10 });
  const refused = rows.filter(({ event }) => event === "refused").map(({ detail }) => detail);
  assert.deepEqual(refused.toReversed(), ["smtp/refused", "smtp/refused, 1 more times"]);
});

test("memory is counted for all threads together, and that of one that has gone no more", () => {
  const first = DepositMemory.forPlaces(100, 2);
  const second = new DepositMemory(100, first.shared, 2);
  second.take(101);
  assert.deepEqual([first.short, second.short, first.sinceLookBytes], [true, true, 101]);
  second.giveBack(1);
  assert.deepEqual([first.short, first.sinceLookBytes], [false, 101]);
  first.take(1);
  second.looked();
  assert.deepEqual([second.short, first.sinceLookBytes], [true, 101]);
  first.clear(2);
  assert.deepEqual([first.short, first.sinceLookBytes], [false, 1]);
});
