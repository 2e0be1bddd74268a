// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { madeUpRecipient, mailboxRow } from "../../test/support/mailbox-row.ts";
import { systemClock } from "../base/clock.ts";
import { hasCode } from "../base/errors.ts";
import type { MailboxId } from "../base/ids.ts";
import type { DepositFacts, Store } from "./contract.ts";
import { openStore } from "./open-store.ts";

let directory: string;
let store: Store;
let mailbox: MailboxId;

const facts: DepositFacts = { traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 };

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-full-"));
  const log = { event: () => undefined };
  store = await openStore({ directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 });
  const row = mailboxRow();
  mailbox = row.id;
  await store.mailboxes.insert(row);
});

afterEach(async () => {
  await store.stop();
  rmSync(directory, { recursive: true });
});

async function keep(bytes: number, mostWaitingBytes: number | undefined, step: "commit" | "prepare" = "commit") {
  const hints = { sealedTo: madeUpRecipient, source: "journal", receivedAtMs: 1, mostWaitingBytes } as const;
  const deposit = store.begin(mailbox, hints);
  await deposit.write(Buffer.alloc(bytes));
  await deposit[step](facts);
  return deposit;
}

function isFull(error: unknown): boolean {
  return hasCode(error, "mailbox/full");
}

test("as much waits as may, to the octet, and room that is made is used", async () => {
  await keep(600, 1000);
  await assert.rejects(keep(401, 1000), isFull);
  await keep(400, 1000);
  await assert.rejects(keep(1, 1000), isFull);
  await keep(1, undefined);
  const maildrop = await store.maildrop(mailbox, "test");
  assert.equal(maildrop.count, 3);
  await maildrop.remove([0], "a test");
  maildrop.release();
  await keep(599, 1000);
  assert.equal((await store.counts()).get(mailbox)?.sealedBytes, 1000);
});

test("messages of one group count one after the other", async () => {
  const kept = await Promise.allSettled(Array.from({ length: 20 }, () => keep(100, 1000)));
  assert.equal(kept.filter(({ status }) => status === "fulfilled").length, 10);
});

test("of a large message that finds no room nothing is left; what is offered finds it full as well", async () => {
  await keep(600, 1000);
  await assert.rejects(keep(700_000, 1000), isFull);
  await assert.rejects(keep(500, 1000, "prepare"), isFull);
  while (readdirSync(join(directory, "large")).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await store.counts()).get(mailbox)?.messages, 1);
});
