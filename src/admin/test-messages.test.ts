// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../base/errors.ts";
import { generateMailboxId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { type TestDelivery, TestMessages } from "./test-messages.ts";

const mailbox = generateMailboxId();
const accepted: TestDelivery = async () => ({
  kind: "answered",
  reply: { code: 250, enhanced: "2.0.0", lines: ["kept as 0001"] },
});

function messages(deliver: TestDelivery): { readonly sender: TestMessages; readonly clock: { now: number } } {
  const clock = { now: 0 };
  const time = { nowMs: () => Date.UTC(2026, 0, 2, 3, 4, 5), monotonicMs: () => clock.now };
  return { sender: new TestMessages({ deliver, clock: time, hostName: "gate.example" }), clock };
}

test("a reply is told as it was said, with what an administrator can do about it", async () => {
  const cases: readonly [number, string | undefined, string, string][] = [
    [250, "2.0.0", "accepted", "accepted"],
    [450, "4.2.1", "refused", "mailbox-suspended"],
    [550, "5.7.1", "refused", "peer-not-allowed"],
    [452, "4.3.1", "refused", "disk-low"],
    [451, "4.3.0", "refused", "store-failing"],
    [421, "4.7.0", "refused", "too-busy"],
    [554, undefined, "refused", "other"],
  ];
  for (const [code, enhanced, outcome, cause] of cases) {
    const reply = { code, lines: ["so", "it is"], ...(enhanced === undefined ? {} : { enhanced }) };
    const { sender } = messages(async () => ({ kind: "answered", reply }));
    const result = await sender.send(mailbox, "mbx@journal.example");
    const said = [code, ...(enhanced === undefined ? [] : [enhanced]), "so it is"].join(" ");
    assert.deepEqual([result.outcome, result.cause, result.reply], [outcome, cause, said]);
  }
});

test("the message is marked, answers nothing and is never the same twice", async () => {
  const sent: string[] = [];
  const { sender } = messages(async (recipient, content) => {
    sent.push(content.toString());
    return accepted(recipient, content);
  });
  const first = await sender.send(mailbox, "mbx@journal.example");
  await sender.send(mailbox, "mbx@journal.example");
  const [one = "", two = ""] = sent;
  assert.ok(one.includes(`Message-ID: <${first.messageId}>\r\n`));
  assert.match(one, /^Date: Fri, 02 Jan 2026 03:04:05 \+0000\r\n/);
  assert.match(one, /\r\nAuto-Submitted: auto-generated\r\n/);
  assert.match(one, /\r\nX-Postern-Test: yes\r\n/);
  assert.notEqual(one, two);
  // RFC 5321 §2.3.8, RFC 5322 §2.1.1: lines end in CRLF and have at most 78 characters.
  assert.ok(one.split("\r\n").every((line) => !/[\r\n]/.test(line) && line.length <= 78));
});

test("one at a time for a mailbox, and not more than the limit in its window", async () => {
  const held = Promise.withResolvers<void>();
  let holding = true;
  const { sender, clock } = messages(async (...delivery) => {
    if (holding) await held.promise;
    return accepted(...delivery);
  });
  const tooMany = (error: unknown): boolean => hasCode(error, "api/too-many");
  const first = sender.send(mailbox, "mbx@journal.example");
  await assert.rejects(sender.send(mailbox, "mbx@journal.example"), tooMany);
  const other = sender.send(generateMailboxId(), "mbx2@journal.example");
  holding = false;
  held.resolve();
  await Promise.all([first, other]);
  for (let sent = 2; sent < limits.testMessagesPerWindow; sent++) await sender.send(mailbox, "mbx@journal.example");
  await assert.rejects(sender.send(generateMailboxId(), "mbx@journal.example"), tooMany);
  clock.now = limits.testMessageWindowMs;
  assert.equal((await sender.send(mailbox, "mbx@journal.example")).outcome, "accepted");
});

test("a delivery that fails frees its mailbox", async () => {
  let fails = true;
  const { sender } = messages((...delivery) => {
    if (fails) return Promise.reject(new Error("broken"));
    return accepted(...delivery);
  });
  await assert.rejects(sender.send(mailbox, "mbx@journal.example"), /broken/);
  fails = false;
  assert.equal((await sender.send(mailbox, "mbx@journal.example")).outcome, "accepted");
});
