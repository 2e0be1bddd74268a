// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { generatePassword, passwordAlphabet } from "./password.ts";

test("a password carries at least 128 random bits", () => {
  const [first = ""] = passwords(1);
  const letters = first.replaceAll("-", "");
  assert.equal(new Set(passwordAlphabet).size, passwordAlphabet.length);
  assert.ok(letters.length * Math.log2(passwordAlphabet.length) >= 128);
});

test("a password is groups of four that a shell, a URL and an eye take as they are", () => {
  for (const password of passwords(200)) assert.match(password, /^[2-9a-hjkmnp-z]{4}(?:-[2-9a-hjkmnp-z]{4}){6}$/);
});

test("every character of the alphabet turns up at every place, and no password twice", () => {
  const made = passwords(2000);
  assert.equal(new Set(made).size, made.length);
  // 2000 draws of 31: one is missing at some place with a probability below 10^-25.
  for (const place of [0, 13, 33]) assert.equal(new Set(made.map((password) => password[place])).size, 31);
});

function passwords(count: number): string[] {
  return Array.from({ length: count }, () => generatePassword().expose().toString("latin1"));
}
