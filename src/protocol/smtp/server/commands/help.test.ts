// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, machineAt, said } from "../../../../../test/dialogs/drive.ts";

test("a reply with 214 in every state (RFC 5321 §4.1.1.8)", () => {
  for (const where of ["connected", "ready", "envelope"] as const)
    assert.match(said(bytes(machineAt(where), "HELP MAIL\r\n")), /^214 2\.0\.0 /);
});
