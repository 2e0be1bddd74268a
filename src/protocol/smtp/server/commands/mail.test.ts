// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, answer, bytes, machineAt, said, short } from "../../../../../test/dialogs/drive.ts";
import { refusals } from "../../refusal.ts";

test("a refused MAIL leaves no transaction", () => {
  const machine = machineAt("ready");
  bytes(machine, "MAIL FROM:<a@b.example>\r\n");
  assert.equal(
    said(answer(machine, { accepted: false, refusal: refusals.diskLow })),
    "452 4.3.1 Insufficient storage, try again later",
  );
  assert.equal(said(bytes(machine, "RCPT TO:<a@b.example>\r\n")), "503 5.5.1 Send MAIL first");
});

test("the declared size: below, at, above the limit (RFC 1870 §6.1)", () => {
  const sizes = [19, 20, 21].map((size) => short(bytes(machineAt("ready"), `MAIL FROM:<> SIZE=${size}\r\n`)));
  assert.deepEqual(sizes, [["ask-mail"], ["ask-mail"], ["552"]]);
});

test("after a chunk that failed MAIL begins anew (RFC 3030 §2), after one that did not it is out of order", () => {
  const machine = machineAt("envelope");
  bytes(machine, "BDAT 1\r\nx");
  accept(machine);
  assert.equal(said(bytes(machine, "MAIL FROM:<>\r\n")), "503 5.5.1 Bad sequence of commands");
  bytes(machine, `BDAT 30\r\n${"x".repeat(30)}`);
  assert.deepEqual(short(bytes(machine, "MAIL FROM:<>\r\n")), ["ask-mail"]);
  accept(machine);
  assert.deepEqual(short(bytes(machine, "RCPT TO:<a@b.example>\r\n")), ["ask-recipient"]);
});

test("SMTPUTF8 goes into the envelope (RFC 6531 §3.4)", () => {
  const [asked] = bytes(machineAt("ready"), "MAIL FROM:<a@b.example> SMTPUTF8\r\n");
  assert.ok(asked?.type === "ask-mail" && asked.transaction.smtpUtf8);
});
