// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, bytes, machineAt, said } from "../../../../test/dialogs/drive.ts";
import { reply } from "../reply.ts";

test("MAIL and RCPT are answered in an upstream's words when there is one", () => {
  const machine = machineAt("ready");
  bytes(machine, "MAIL FROM:<a@b.example>\r\n");
  assert.equal(said(answer(machine, { accepted: true, reply: reply(250, "2.1.0", "theirs") })), "250 2.1.0 theirs");
  bytes(machine, "RCPT TO:<c@d.example>\r\n");
  const forward = reply(251, "2.1.5", "will forward");
  assert.equal(said(answer(machine, { accepted: true, reply: forward })), "251 2.1.5 will forward");
});

test("whoever takes content is told by which command it comes", () => {
  for (const [command, transfer] of [
    ["DATA\r\n", "DATA"],
    ["BDAT 1 LAST\r\n", "BDAT"],
  ] as const) {
    const [asked] = bytes(machineAt("envelope"), command);
    assert.ok(asked?.type === "ask-content" && asked.transfer === transfer, command);
  }
});
