// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { verifyStore } from "../../src/store/verify.ts";
import type { Fault } from "../../src/store/writer/faults.ts";
import { LocalGateway, type LocalMailbox } from "../support/local-gateway.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { waitFor } from "../support/wait-for.ts";

let directory: string;
let local: LocalGateway;

beforeEach(async () => {
  directory = await temporaryDirectory("disk");
});

afterEach(async () => {
  await local.gateway.stop();
  await removeDirectory(directory);
});

function message(name: string, bytes: number): Buffer {
  return Buffer.from(`Subject: ${name}\r\n\r\n${`${name.padEnd(70, ".")}\r\n`.repeat(Math.ceil(bytes / 72))}`);
}

async function deliver(mailbox: LocalMailbox, content: Buffer): Promise<number> {
  const client = await local.smtp();
  await client.command("MAIL FROM:<a@example.com>", 250);
  await client.command(`RCPT TO:<${mailbox.address}>`, 250);
  await client.command("DATA", 354);
  const { code } = await client.data(content);
  await client.quit();
  return code;
}

/** What the envelope of a further message is told: at MAIL when the disk is full, else at RCPT. */
async function replyToEnvelope(mailbox: LocalMailbox): Promise<number> {
  const client = await local.smtp();
  const mail = await client.command("MAIL FROM:<a@example.com>");
  const rcpt = mail.code === 250 ? await client.command(`RCPT TO:<${mailbox.address}>`) : mail;
  await client.quit();
  return rcpt.code;
}

/** What each message ends with, behind the trace block. */
async function assertPulled(mailbox: LocalMailbox, contents: readonly Buffer[]): Promise<void> {
  const client = await local.pop3(mailbox);
  const count = (await client.listing("LIST")).length;
  assert.equal(count, contents.length);
  for (const [index, content] of contents.entries()) {
    const pulled = await client.retrieve(index + 1);
    assert.ok(pulled.subarray(-content.length).equals(content), `message ${index + 1}`);
  }
  await client.quit();
}

async function assertClean(): Promise<void> {
  await local.gateway.stop();
  for await (const finding of verifyStore(join(directory, "data"))) assert.fail(finding.text);
}

/** Each: the disk fails at one call or at several, the reply says how, and it ends by itself. */
const cases: readonly { readonly fault: Fault; readonly bytes: number; readonly code: number }[] = [
  // The message, then three looks, a second apart, whether the disk is well again.
  { fault: { operation: "append", from: 2, times: 4, code: "ENOSPC" }, bytes: 1_000, code: 452 },
  { fault: { operation: "sync", from: 2, times: 4, code: "EIO" }, bytes: 1_000, code: 451 },
  { fault: { operation: "index-commit", from: 3, times: 1, code: "ENOSPC" }, bytes: 1_000, code: 452 },
  { fault: { operation: "index-commit", from: 3, times: 1, code: "EIO" }, bytes: 1_000, code: 451 },
  { fault: { operation: "large-write", from: 1, times: 1, code: "ENOSPC" }, bytes: 3_000_000, code: 452 },
  { fault: { operation: "large-write", from: 1, times: 1, code: "EIO" }, bytes: 3_000_000, code: 451 },
  { fault: { operation: "large-sync", from: 1, times: 1, code: "EIO" }, bytes: 3_000_000, code: 451 },
];

for (const { fault, bytes, code } of cases) {
  test(`${fault.code} at ${fault.operation}: ${code}, pulling goes on, nothing half, and mail is taken again after it`, async () => {
    local = await LocalGateway.start(directory, { storeFaults: [fault] });
    const mailbox = await local.createMailbox();
    const [before, after] = [message("before", 500), message("after", bytes)];
    assert.equal(await deliver(mailbox, before), 250);
    assert.equal(await deliver(mailbox, after), code);
    if (fault.times > 1) assert.equal(await replyToEnvelope(mailbox), code);
    assert.equal(local.count("store/failing"), 1);
    assert.equal(local.count("smtp/not-kept"), 1);
    await assertPulled(mailbox, [before]);
    await waitFor("the disk to be well", () => local.count("store/working-again") === 1);
    // The sender tries again, as it was told.
    assert.equal(await deliver(mailbox, after), 250);
    await assertPulled(mailbox, [before, after]);
    await assertClean();
  });
}

test("messages can be removed while the disk is full, and that makes room", async () => {
  local = await LocalGateway.start(directory, {
    storeFaults: [{ operation: "append", from: 2, times: 2, code: "ENOSPC" }],
  });
  const mailbox = await local.createMailbox();
  assert.equal(await deliver(mailbox, message("before", 500)), 250);
  assert.equal(await deliver(mailbox, message("after", 500)), 452);
  const client = await local.pop3(mailbox);
  await client.command("DELE 1");
  await client.quit();
  await waitFor("the disk to be well", () => local.count("store/working-again") === 1);
  await assertPulled(mailbox, []);
  await assertClean();
});
