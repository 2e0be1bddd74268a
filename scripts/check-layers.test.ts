// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { findViolations } from "./check-layers.ts";

const violationsOf = (path: string, specifier: string) =>
  findViolations([{ path, text: `import { x } from "${specifier}";` }]).length;

test("imports of the table pass, others are found", () => {
  assert.equal(violationsOf("store/a.ts", "../base/ids.ts"), 0);
  assert.equal(violationsOf("store/a.ts", "../seal/seal.ts"), 1);
  assert.equal(violationsOf("capture/a.ts", "../seal/seal.ts"), 0);
  assert.equal(violationsOf("base/a.ts", "../store/contract.ts"), 1);
});

test("no way in can open a message (I6)", () => {
  assert.equal(violationsOf("capture/a.ts", "../seal/unseal.ts"), 1);
  assert.equal(violationsOf("pull/a.ts", "../seal/unseal.ts"), 0);
});

test("machines are pure", () => {
  assert.equal(violationsOf("protocol/smtp/server/a.ts", "node:net"), 1);
  assert.equal(violationsOf("protocol/smtp/server/a.ts", "node:buffer"), 0);
});

test("a file outside every room is found; tests may import what they like", () => {
  assert.equal(violationsOf("elsewhere/a.ts", "node:fs"), 1);
  assert.equal(violationsOf("store/a.test.ts", "../seal/seal.ts"), 0);
});
