// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, bytes, machineAt, said, short } from "../../../../../test/dialogs/drive.ts";

const badSizes = ["", " ", "x", "-1", "1.5", "1e3", "1 FIRST", "1LAST", "1 LAST x", "1234567890123456"];

test("a size that cannot be read ends the conversation, in every state", () => {
  for (const where of ["connected", "ready", "envelope"] as const)
    for (const size of badSizes)
      assert.deepEqual(
        short(bytes(machineAt(where), `BDAT ${size}\r\nQUIT\r\n`)),
        ["501", "close"],
        `${where} ${size}`,
      );
});

test("the octets of a chunk go out as they come", () => {
  const machine = machineAt("envelope");
  assert.deepEqual(short(bytes(machine, "BDAT 6 LAST\r\n")), ["ask-content"]);
  assert.deepEqual(short(accept(machine)), []);
  assert.deepEqual(short(bytes(machine, "\r\n.")), ["content \r\n."]);
  assert.deepEqual(short(bytes(machine, "\r\n\0QUIT\r\n")), ["content \r\n\0", "ask-commit"]);
  assert.deepEqual(short(accept(machine)), ["250", "221", "close"]);
});

test("the limit counts all chunks: below, at, above", () => {
  for (const [size, code] of [
    [9, "250"],
    [10, "250"],
    [11, "552"],
  ] as const) {
    const machine = machineAt("envelope");
    bytes(machine, "BDAT 10\r\n0123456789");
    accept(machine);
    assert.equal(said(bytes(machine, `BDAT ${size}\r\n${"x".repeat(size)}`)).slice(0, 3), code);
  }
});

test("a chunk out of order is refused after its octets", () => {
  assert.deepEqual(short(bytes(machineAt("connected"), "BDAT 6\r\nQUIT\r\n")), ["503"]);
  assert.deepEqual(short(bytes(machineAt("ready"), "BDAT 6\r\nQUIT\r")), []);
});
