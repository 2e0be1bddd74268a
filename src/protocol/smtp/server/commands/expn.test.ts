// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, machineAt, said } from "../../../../../test/dialogs/drive.ts";

test("there are no lists here (RFC 5321 §3.5.2)", () => {
  assert.equal(said(bytes(machineAt("ready"), "EXPN all\r\n")), "502 5.5.1 Command not implemented");
});
