// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, machineAt, said, short } from "../../../../../test/dialogs/drive.ts";

test("changes nothing, whatever its argument (RFC 5321 §4.1.1.9)", () => {
  const machine = machineAt("envelope");
  assert.equal(said(bytes(machine, "NOOP at all\r\n")), "250 2.0.0 Ok");
  assert.deepEqual(short(bytes(machine, "DATA\r\n")), ["ask-content"]);
});
