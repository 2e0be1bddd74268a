// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { mailboxRow } from "../../test/support/mailbox-row.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { systemClock } from "../base/clock.ts";
import type { MailboxId } from "../base/ids.ts";
import type { Deposit, Store } from "./contract.ts";
import { openStore, type StoreOptions } from "./open-store.ts";

const facts = { traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 };
const pieceBytes = 65_552;

test("many small messages under way hold a bounded memory: the rest goes to files, the sender waits, all are kept (I9)", async () => {
  await withStore(async ({ store, directory, mailbox, begin }) => {
    const wanted = Array.from({ length: 10 }, () => ({ deposit: begin(), octets: randomBytes(4 * pieceBytes) }));
    const files = (): number => readdirSync(join(directory, "large")).length;
    let waits = 0;
    const send = async ({ deposit, octets }: { deposit: Deposit; octets: Buffer }): Promise<void> => {
      for (let at = 0; at < octets.length; at += pieceBytes) {
        const wait = deposit.write(Buffer.from(octets.subarray(at, at + pieceBytes)));
        if (wait !== undefined) waits += 1;
        await wait;
      }
    };
    // In turn, as slow senders would: sixteen pieces stay in memory, and every further one makes its message large.
    await Promise.all(wanted.map(send));
    assert.ok(waits > 0);
    assert.ok(files() >= 6, `${files()} files`);
    await wanted.at(0)?.deposit.abort();
    await wanted.at(-1)?.deposit.abort();
    for (const { deposit } of wanted.slice(1, -1)) assert.equal((await deposit.commit(facts)).kept, "new");
    const drop = await store.maildrop(mailbox, "a");
    for (const [index, { octets }] of wanted.slice(1, -1).entries()) {
      const source = await drop.open(index);
      assert.deepEqual(await source.read(0, octets.length), octets);
      source.close();
    }
    assert.equal(drop.count, 8);
  });
});

test("a large message under way holds no more than its window", async () => {
  await withStore(async ({ begin }) => {
    const large = begin();
    for (let piece = 0; piece < 40; piece++) await large.write(randomBytes(pieceBytes));
    assert.equal(begin().write(randomBytes(pieceBytes)), undefined);
    await large.abort();
  });
});

test("what came since the last look at the free space counts as written", async () => {
  await withStore(
    async ({ store, begin }) => {
      assert.equal(store.readiness(900_000), "ready");
      const deposit = begin();
      await deposit.write(randomBytes(600_000));
      assert.equal(store.readiness(300_000), "ready");
      assert.equal(store.readiness(500_000), "disk-low");
      await deposit.abort();
      // It was never written, so the next look sees it free.
      await waitFor("a look at the disk", () => store.readiness(900_000) === "ready");
    },
    { freeBytes: 1_000_000 },
  );
});

const endings = {
  kept: async (deposit: Deposit) => assert.equal((await deposit.commit(facts)).kept, "new"),
  "given up": async (deposit: Deposit) => deposit.abort(),
};
for (const [name, end] of Object.entries(endings)) {
  for (const pieces of [4, 12]) {
    test(`a message of ${pieces} pieces that was ${name} holds nothing any more`, async () => {
      await withStore(async ({ begin }) => {
        for (let count = 0; count < 8; count++) {
          const deposit = begin();
          for (let piece = 0; piece < pieces; piece++) await deposit.write(randomBytes(pieceBytes));
          await end(deposit);
        }
        assert.equal(begin().write(randomBytes(pieceBytes)), undefined);
      });
    });
  }
}

interface Parts {
  readonly store: Store;
  readonly directory: string;
  readonly mailbox: MailboxId;
  readonly begin: () => Deposit;
}

async function withStore(use: (parts: Parts) => Promise<void>, change: Partial<StoreOptions> = {}): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "postern-memory-"));
  const depositMemoryBytes = 16 * pieceBytes;
  const log = { event: () => undefined };
  const options = { directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 1000 };
  const store = await openStore({ ...options, depositMemoryBytes, ...change });
  try {
    const mailbox = await newMailbox(store);
    const begin = (): Deposit => store.begin(mailbox, { source: "journal", receivedAtMs: 1, sealedTo: "age1test" });
    await use({ store, directory, mailbox, begin });
  } finally {
    await store.stop();
    rmSync(directory, { recursive: true });
  }
}

async function newMailbox(store: Store): Promise<MailboxId> {
  const row = mailboxRow();
  await store.mailboxes.insert(row);
  return row.id;
}
