// SPDX-License-Identifier: Apache-2.0
/** What the durability laboratory found: a disk that fails for a moment leaves nothing behind that needs a start. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { systemClock } from "../base/clock.ts";
import { hasCode } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";
import type { Deposit, Store } from "./contract.ts";
import { openStore } from "./open-store.ts";
import { verifyStore } from "./verify.ts";
import type { Fault } from "./writer/faults.ts";

const facts = { traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 };
let directory: string;
let store: Store;
let mailbox: MailboxId;
let events: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-failing-"));
  events = [];
});

afterEach(async () => {
  await store.stop();
  rmSync(directory, { recursive: true });
});

/** The first commit is that of the mailbox. */
async function start(fault: Fault): Promise<void> {
  const log = { event: (code: string) => void events.push(code) };
  const options = { directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 };
  store = await openStore({ ...options, segmentBytes: 1000, faults: [fault] });
  const row = mailboxRow();
  mailbox = row.id;
  await store.mailboxes.insert(row);
}

async function begin(source: "journal" | "smtp-proxy", bytes = 2000): Promise<Deposit> {
  const deposit = store.begin(mailbox, { sealedTo: "age1test", source, receivedAtMs: 1 });
  await deposit.write(Buffer.alloc(bytes, 7));
  return deposit;
}

async function waiting(): Promise<number> {
  const drop = await store.maildrop(mailbox, "test");
  const { count } = drop;
  drop.release();
  return count;
}

async function assertClean(): Promise<void> {
  await store.stop();
  for await (const finding of verifyStore(directory)) assert.fail(finding.text);
}

for (const operation of ["index-commit", "index-committed"] as const)
  test(`a verdict lost with a failed commit (${operation}) is written when the disk is well`, async () => {
    await start({ operation, from: 3, times: 1, code: "EIO" });
    const deposit = await begin("smtp-proxy");
    await deposit.prepare(facts);
    const verdict = { kind: "verdict", atMs: 2, sealed: Buffer.from("250 Ok") } as const;
    await assert.rejects(deposit.settle("accepted", verdict), (error) => hasCode(error, "store/failing"));
    await waitFor("the verdict", async () => (await waiting()) === 1);
    const { rows } = await store.ledger(mailbox, { limit: 100 });
    const told = rows.map(({ event }) => event).filter((event) => event !== "created");
    assert.deepEqual(told.toSorted(), ["accepted", "offered", "verdict-added"], "each once");
    await assertClean();
  });

test("a message that could not be withdrawn is withdrawn when the disk is well", async () => {
  await start({ operation: "index-commit", from: 3, times: 1, code: "EIO" });
  const deposit = await begin("smtp-proxy");
  await deposit.prepare(facts);
  await deposit.abort();
  await waitFor("the withdrawal", async () =>
    (await store.ledger(mailbox, { limit: 100 })).rows.some(({ event }) => event === "withdrawn"),
  );
  assert.equal(await waiting(), 0);
  await assertClean();
});

test("a segment that cannot be unlinked costs its space, not the mail of others", async () => {
  await start({ operation: "unlink", from: 1, times: 1, code: "EIO" });
  await (await begin("journal")).commit(facts);
  const drop = await store.maildrop(mailbox, "test");
  await drop.remove([0], "pulled by a test");
  drop.release();
  await waitFor("the segment to be told", () => events.includes("store/leftover"));
  assert.equal(store.readiness(0), "ready");
  await (await begin("journal")).commit(facts);
  assert.equal(await waiting(), 1);
  assert.ok(!events.includes("store/ended") && !events.includes("store/failing"));
});

test("a disk that cannot even be asked for its space does not end the store", async () => {
  // The first look is the one of the start.
  await start({ operation: "free-space", from: 2, times: 2, code: "EIO" });
  await waitFor("the disk to be well", () => events.includes("store/working-again"));
  assert.ok(!events.includes("store/ended"));
  await (await begin("journal")).commit(facts);
  await assertClean();
});

test("a large message that nobody wants, and whose file cannot be closed, ends nothing", async () => {
  await start({ operation: "close", from: 1, times: 1, code: "EIO" });
  const large = await begin("journal", 600_000);
  await waitFor("its file", () => readdirSync(join(directory, "large")).length === 1);
  await large.abort();
  await waitFor("its file to go", () => readdirSync(join(directory, "large")).length === 0);
  await (await begin("journal")).commit(facts);
  assert.ok(!events.includes("store/ended"));
  await assertClean();
});
