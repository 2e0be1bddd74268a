// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { smtpTablePage } from "../../../../scripts/make-smtp-table.ts";
import { bytes, machineAt, said } from "../../../../test/dialogs/drive.ts";
import { refusals } from "../refusal.ts";
import { badSequence, dataAndBdat, helloFirst, mailFirst } from "./commands/out-of-order.ts";
import { table } from "./machine.ts";

test("the page of the table is up to date", () => {
  const page = readFileSync(`${import.meta.dirname}/../../../../docs/smtp-server-table.md`, "utf8");
  assert.equal(page, smtpTablePage(), "node scripts/make-smtp-table.ts");
});

test("a handler named as a refusal gives that refusal", () => {
  const expected = { helloFirst: 503, mailFirst: 503, badSequence: 503, dataAndBdat: 503 };
  for (const handler of [helloFirst, mailFirst, badSequence, dataAndBdat]) {
    const seen: unknown[] = [];
    const machine = machineAt("ready");
    machine.refuse = (refusal) => void seen.push(refusal);
    handler(machine);
    assert.deepEqual(seen, [Object.entries(refusals).find(([name]) => name === handler.name)?.[1]]);
    assert.ok(handler.name in expected);
  }
});

test("what is out of order is refused as the table says (RFC 5321 §4.1.4)", () => {
  for (const verb of ["MAIL", "RCPT", "DATA", "STARTTLS"])
    assert.equal(said(bytes(machineAt("connected"), `${verb} FROM:<>\r\n`)), "503 5.5.1 Send EHLO first", verb);
  for (const verb of ["RCPT", "DATA"])
    assert.equal(said(bytes(machineAt("ready"), `${verb}\r\n`)), "503 5.5.1 Send MAIL first", verb);
  assert.equal(Object.keys(table).length, 14);
});
