// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pop3TablePage } from "../../../../scripts/make-pop3-table.ts";
import { pop3Refusals } from "../refusal.ts";
import * as outOfOrder from "./commands/out-of-order.ts";
import { Pop3ServerMachine, table } from "./machine.ts";

test("the page of the table is up to date", () => {
  const page = readFileSync(`${import.meta.dirname}/../../../../docs/pop3-server-table.md`, "utf8");
  assert.equal(page, pop3TablePage(), "node scripts/make-pop3-table.ts");
});

test("a handler named as a refusal gives that refusal", () => {
  const refusalsByName = new Map(Object.entries(pop3Refusals));
  for (const [name, handler] of Object.entries(outOfOrder)) {
    const machine = new Pop3ServerMachine({
      hostName: "gateway.example",
      encrypted: true,
      mechanisms: [],
      maxErrors: 5,
      maxCommandsBeforeSignIn: 5,
      maxLineBytes: 100,
    });
    const seen: unknown[] = [];
    machine.refuse = (refusal) => void seen.push(refusal);
    handler(machine);
    assert.deepEqual(seen, [refusalsByName.get(name)], name);
  }
});

test("no password is taken in clear: every verb with a credential is refused there (I5)", () => {
  for (const verb of ["USER", "PASS", "AUTH"] as const)
    assert.equal(table[verb][0], outOfOrder.encryptionRequired, verb);
});

test("the commands of RFC 1939 §5 have their place in TRANSACTION alone", () => {
  for (const verb of ["STAT", "LIST", "UIDL", "RETR", "TOP", "DELE", "RSET", "NOOP"] as const)
    assert.deepEqual(table[verb].slice(0, 3), Array(3).fill(outOfOrder.signInFirst), verb);
});
