// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, machineAt, said, short } from "../../../../../test/dialogs/drive.ts";

const inClear = { encrypted: false };

test("the reply comes before the handshake, and the machine is done (RFC 3207 §4.2)", () => {
  const machine = machineAt("ready", inClear);
  assert.deepEqual(short(bytes(machine, "STARTTLS\r\n")), ["220", "start-tls"]);
  assert.deepEqual(bytes(machine, "EHLO a.example\r\n"), []);
});

test("a single octet behind it ends the conversation (CVE-2011-0411)", () => {
  for (const behind of ["EHLO a.example\r\n", "\r\n", "x", "\x16\x03\x01"])
    assert.deepEqual(short(bytes(machineAt("ready", inClear), `STARTTLS\r\n${behind}`)), ["554", "close"]);
});

test("not with an argument, not in TLS, not within a transaction", () => {
  assert.equal(said(bytes(machineAt("ready", inClear), "STARTTLS x\r\n")), "501 5.5.4 Syntax error in arguments");
  assert.equal(said(bytes(machineAt("ready"), "STARTTLS\r\n")), "503 5.5.1 TLS is active already");
  assert.equal(said(bytes(machineAt("envelope", inClear), "STARTTLS\r\n")), "503 5.5.1 Bad sequence of commands");
});
