// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, answer, bytes, machineAt, said, short } from "../../../../../test/dialogs/drive.ts";
import { refusals } from "../../refusal.ts";

test("the recipient limit counts the accepted: below, at, above", () => {
  const machine = machineAt("envelope", { maxRecipients: 2 });
  bytes(machine, "RCPT TO:<x@c.example>\r\n");
  answer(machine, { accepted: false, refusal: refusals.unknownMailbox });
  assert.deepEqual(short(bytes(machine, "RCPT TO:<d@c.example>\r\n")), ["ask-recipient"]);
  accept(machine);
  assert.equal(said(bytes(machine, "RCPT TO:<e@c.example>\r\n")), "452 4.5.3 Too many recipients");
  assert.deepEqual(short(bytes(machine, "DATA\r\n")), ["ask-content"]);
});

test("the question names the transaction so far", () => {
  const machine = machineAt("envelope");
  const [asked] = bytes(machine, "RCPT TO:<d@c.example> NOTIFY=NEVER\r\n");
  assert.ok(asked?.type === "ask-recipient");
  assert.equal(asked.transaction.reversePath, null);
  assert.equal(asked.recipient.parameters.get("NOTIFY"), "NEVER");
});

test("an address beyond ASCII needs SMTPUTF8, and so does such an ORCPT (RFC 6531 §3.4, RFC 6533 §3)", () => {
  for (const text of ["<j\xc3\xbc@c.example>", "<j@c.example> ORCPT=utf-8;j\xc3\xbc@c.example"])
    assert.equal(said(bytes(machineAt("envelope"), `RCPT TO:${text}\r\n`)), "553 5.6.7 Address needs SMTPUTF8");
});
