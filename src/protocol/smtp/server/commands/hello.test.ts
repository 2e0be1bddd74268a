// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, machineAt, said, short } from "../../../../../test/dialogs/drive.ts";

test("the name is any word up to 255 octets, recorded and not believed: below, at, above", () => {
  for (const [length, code] of [
    [254, "250 gateway.example"],
    [255, "250 gateway.example"],
    [256, "501 Syntax: EHLO or HELO and your name"],
  ] as const) {
    const machine = machineAt("connected", { maxLineBytes: 4096 });
    assert.equal(said(bytes(machine, `EHLO ${"x".repeat(length)}\r\n`)), code);
  }
  assert.equal(said(bytes(machineAt("connected"), "HELO [IPv6:::1] \r\n")), "250 gateway.example");
});

test("replies have no enhanced code, refusals neither (RFC 2034 §4)", () => {
  for (const text of ["", " ", " a b"])
    assert.equal(said(bytes(machineAt("connected"), `HELO${text}\r\n`)), "501 Syntax: EHLO or HELO and your name");
});

test("EHLO lists the extensions, HELO does not", () => {
  const [extended] = bytes(machineAt("connected"), "EHLO a.example\r\n");
  assert.ok(extended?.type === "reply" && extended.reply.lines.includes("PIPELINING"));
  const [plain] = bytes(machineAt("connected"), "HELO a.example\r\n");
  assert.ok(plain?.type === "reply" && plain.reply.lines.length === 1);
});

test("within a transaction it ends it (RFC 5321 §4.1.4)", () => {
  const machine = machineAt("envelope");
  bytes(machine, "EHLO a.example\r\n");
  assert.equal(said(bytes(machine, "DATA\r\n")), "503 5.5.1 Send MAIL first");
  assert.deepEqual(short(bytes(machine, "MAIL FROM:<>\r\n")), ["ask-mail"]);
});
