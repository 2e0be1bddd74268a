// SPDX-License-Identifier: Apache-2.0
/** The passwords that the console makes are those that the gateway makes, and takes for such. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SecretBytes } from "../../src/base/secret.ts";
import * as gateway from "../../src/mailbox/password.ts";
import * as browser from "../../web/src/mailbox/generate-password.ts";

test("alphabet and shape are the gateway's", () => {
  assert.equal(browser.passwordAlphabet, gateway.passwordAlphabet);
  const made = Array.from({ length: 100 }, () => browser.generatePassword());
  for (const each of made) assert.ok(gateway.looksGenerated(SecretBytes.fromText(each)), each);
  assert.equal(new Set(made).size, made.length);
  assert.equal(new Set(made.join("")).size, gateway.passwordAlphabet.length + 1);
});

test("no character is likelier than another", () => {
  // Every octet alike often: 248 of 256 make a character, and seven rounds of them 62 passwords of 28 characters.
  let next = 0;
  const everyOctet = (octets: Uint8Array<ArrayBuffer>): Uint8Array => octets.fill(next++);
  const made = Array.from({ length: 62 }, () => browser.generatePassword(everyOctet)).join("");
  for (const character of gateway.passwordAlphabet)
    assert.equal(made.split(character).length - 1, (62 * 28) / gateway.passwordAlphabet.length, character);
});
