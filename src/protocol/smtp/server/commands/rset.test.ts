// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, machineAt, said, short } from "../../../../../test/dialogs/drive.ts";

test("forgets the transaction, keeps the hello (RFC 5321 §4.1.1.5)", () => {
  const machine = machineAt("envelope");
  assert.equal(said(bytes(machine, "RSET\r\n")), "250 2.0.0 Ok");
  assert.deepEqual(short(bytes(machine, "MAIL FROM:<>\r\n")), ["ask-mail"]);
});

test("needs no hello and takes no argument", () => {
  assert.equal(said(bytes(machineAt("connected"), "RSET\r\n")), "250 2.0.0 Ok");
  assert.equal(said(bytes(machineAt("envelope"), "RSET x\r\n")), "501 5.5.4 Syntax error in arguments");
});
