// SPDX-License-Identifier: Apache-2.0

/**
 * A store under load, to be killed: `node store-load.ts DIRECTORY MAILBOX`. Twenty deposits at a time of all sizes, some
 * only offered, and now and then a pull that removes. Every promise the store kept is one line on standard output,
 * written at once: the sender's own ledger, which the test compares with what is there afterwards.
 */
import { createHash, randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { parseMailboxId } from "../../src/base/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { openStore } from "../../src/store/open-store.ts";
import { mailboxRow } from "../support/mailbox-row.ts";

const inFlight = 20;
const facts = { traceBytes: 1, contentBytes: 2, contentPop3Bytes: 2, deviations: 0 };
const sizes = [300, 4_000, 4_000, 20_000, 75_000, 75_000, 300_000, 900_000];

const [directory = "", mailboxText = ""] = process.argv.slice(2);
const mailbox = parseMailboxId(mailboxText);
if (mailbox === undefined) throw new Error("usage: store-load.ts DIRECTORY MAILBOX");
const id = mailbox;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function deposit(store: Store, count: number): Promise<void> {
  const sealed = randomBytes(sizes[count % sizes.length] ?? 0);
  const sha256 = createHash("sha256").update(sealed).digest("hex");
  const one = store.begin(id, {
    sealedTo: "age1test",
    source: count % 5 === 0 ? "smtp-proxy" : "journal",
    receivedAtMs: Date.now(),
  });
  for (let at = 0; at < sealed.length; at += 65_536) await one.write(sealed.subarray(at, at + 65_536));
  if (count % 5 !== 0) {
    await one.commit(facts);
    say(`kept ${one.uniqueId} ${sha256}`);
    return;
  }
  await one.prepare(facts);
  say(`offered ${one.uniqueId} ${sha256}`);
  if (count % 10 !== 0) return;
  await one.settle("accepted");
  say(`kept ${one.uniqueId} ${sha256}`);
}

async function pull(store: Store): Promise<void> {
  const maildrop = await store.maildrop(id, "load");
  const indexes = [...Array(Math.floor(maildrop.count / 3)).keys()];
  for (const index of indexes) say(`removing ${maildrop.uniqueId(index)}`);
  await maildrop.remove(indexes, "pulled under load");
  for (const index of indexes) say(`removed ${maildrop.uniqueId(index)}`);
  maildrop.release();
}

const store = await openStore({
  directory,
  clock: systemClock,
  log: { event: () => undefined },
  diskReserveBytes: 0,
  repeatedDeliveryMs: 0,
  segmentBytes: 4 * 1024 * 1024,
});
if (store.mailboxes.get(id) === undefined) await store.mailboxes.insert(mailboxRow({ id, name: "load" }));
say("ready");

let count = 0;
async function work(): Promise<never> {
  for (;;) {
    count += 1;
    await deposit(store, count);
  }
}
async function pullNowAndThen(): Promise<never> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    await pull(store);
  }
}
await Promise.all([...Array.from({ length: inFlight }, work), pullNowAndThen()]);
