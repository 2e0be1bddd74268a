// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, machineAt, said } from "../../../../../test/dialogs/drive.ts";

test("tells nothing of mailboxes (RFC 5321 §3.5.3)", () => {
  for (const name of ["known@archive.example", "nobody", "<x@y>"])
    assert.equal(
      said(bytes(machineAt("ready"), `VRFY ${name}\r\n`)),
      "252 2.5.1 Cannot verify; send the message and see",
    );
  assert.equal(said(bytes(machineAt("ready"), "VRFY \r\n")), "501 5.5.4 Syntax error in arguments");
});
