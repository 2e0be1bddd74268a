// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { giveBack } from "./give-back.ts";

describe("giveBack", () => {
  it("empties a buffer that has its memory for itself", () => {
    const bytes = Buffer.allocUnsafeSlow(65_536);
    giveBack(bytes);
    assert.equal(bytes.length, 0);
    giveBack(bytes);
  });

  it("leaves an empty buffer usable: empty ones are constants that many hold", () => {
    const empty = Buffer.alloc(0);
    giveBack(empty);
    assert.equal(empty.subarray(0, 0).length, 0);
  });

  it("leaves alone what shares its memory with others", () => {
    const pooled = Buffer.from("pooled");
    const part = Buffer.allocUnsafeSlow(10).subarray(2);
    const shared = Buffer.from(new SharedArrayBuffer(8));
    for (const bytes of [pooled, part, shared]) {
      const { length } = bytes;
      giveBack(bytes);
      assert.equal(bytes.length, length);
    }
  });
});
