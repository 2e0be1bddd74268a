// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, answer, bytes, machineAt, said, short } from "../../../../../test/dialogs/drive.ts";
import { refusals } from "../../refusal.ts";

test("354 comes after the session is ready for content, and content in one piece with its end", () => {
  const machine = machineAt("envelope");
  assert.deepEqual(short(bytes(machine, "DATA\r\n")), ["ask-content"]);
  assert.deepEqual(short(accept(machine)), ["354"]);
  assert.deepEqual(short(bytes(machine, "x\r\n.\r\nNOOP\r\n")), ["content x\r\n", "ask-commit"]);
  assert.deepEqual(short(accept(machine)), ["250", "250"]);
});

test("a refused DATA ends the transaction", () => {
  const machine = machineAt("envelope");
  bytes(machine, "DATA\r\n");
  answer(machine, { accepted: false, refusal: refusals.storeFailing });
  assert.equal(said(bytes(machine, "DATA\r\n")), "503 5.5.1 Send MAIL first");
});

test("without a recipient there is no question", () => {
  const machine = machineAt("ready");
  bytes(machine, "MAIL FROM:<>\r\n");
  accept(machine);
  assert.equal(said(bytes(machine, "DATA\r\n")), "554 5.5.1 No valid recipients");
});
