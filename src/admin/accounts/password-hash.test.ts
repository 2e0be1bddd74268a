// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { SecretBytes } from "../../base/secret.ts";
import { decoyHash, hashPassword, verifyPassword } from "./password-hash.ts";

/** From the tests of the Argon2 reference implementation (phc-winner-argon2, src/test.c). */
const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

test("a hash of the reference implementation is understood, and no other password fits it", async () => {
  assert.equal(await verifyPassword(SecretBytes.fromText("password"), reference), true);
  assert.equal(await verifyPassword(SecretBytes.fromText("passwore"), reference), false);
});

test("hashes carry the cost that RFC 9106 §4 recommends and a salt of their own; a decoy looks and costs the same", async () => {
  const password = SecretBytes.fromText("grüne Eulen lesen nachts");
  const [one, two] = [await hashPassword(password), await hashPassword(password)];
  assert.notEqual(one, two);
  const form = /^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;
  for (const hash of [one, two, decoyHash()]) assert.match(hash, form);
  assert.equal(await verifyPassword(password, one), true);
  assert.equal(await verifyPassword(password, decoyHash()), false);
});

test("a damaged hash is a fault of ours, and one that asks for gigabytes is not computed", async () => {
  const password = SecretBytes.fromText("x");
  for (const encoded of [
    "",
    "plain",
    reference.replace("65536", "9999999"),
    reference.replace("argon2id", "argon2i"),
  ]) {
    await assert.rejects(verifyPassword(password, encoded), { code: "store/damaged" });
  }
});
