// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, machineAt, short } from "../../../../../test/dialogs/drive.ts";

test("ends the conversation in every state; what came behind it is not read", () => {
  for (const where of ["connected", "ready", "envelope"] as const)
    assert.deepEqual(short(bytes(machineAt(where), "QUIT\r\nNOOP\r\n")), ["221", "close"]);
});
