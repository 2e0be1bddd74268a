// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../base/limits.ts";
import { checkPassword } from "./password-rules.ts";

const letters = "qjzkvbwxhgufydmplc";

test("a password has as many characters as the limit wants: one below, at the limit, one above", () => {
  const least = limits.administratorPasswordCharacters;
  assert.throws(() => checkPassword(letters.slice(0, least - 1), "anna"), { code: "admin/weak-password" });
  checkPassword(letters.slice(0, least), "anna");
  checkPassword(letters.slice(0, least + 1), "anna");
  // Characters, not octets or halves of surrogate pairs.
  assert.throws(() => checkPassword("🦉🦊🐻🐼🐨🐯🦁", "anna"), { code: "admin/weak-password" });
});

test("a password has no more octets than the limit allows", () => {
  const most = limits.administratorPasswordBytes;
  const long = letters.repeat(100);
  checkPassword(long.slice(0, most), "anna");
  assert.throws(() => checkPassword(long.slice(0, most + 1), "anna"), { code: "admin/weak-password" });
});

test("what every guessing program tries first is refused, and the text does not repeat it", () => {
  const weak = [
    "passwordpassword",
    "Password12345678",
    "administrator123",
    "qwertyuiopasdfgh",
    "1q2w3e4r5t6y7u8i",
    "aaaaaaaaaaaaaaaaaaaa",
    "121212121212121212",
    "postern postern postern",
    "anna anna anna anna 1",
    "iloveyouiloveyou1",
    "Sommer2026Sommer",
    "liverpool liverpool",
    "P@ssw0rdP@ssw0rd!",
    "michael jordan 123",
    "Deutschland1234!",
    "987654321987654321",
  ];
  for (const password of weak) {
    assert.throws(
      () => checkPassword(password, "anna"),
      (error: Error) => !error.message.includes(password),
      password,
    );
  }
  checkPassword("grüne Eulen lesen nachts", "anna");
});
