// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { test } from "node:test";
import type { FactorRow } from "../../store/accounts/contract.ts";
import { type FactorContent, FactorVault } from "./factor-vault.ts";
import { newRecoveryCodes, recoveryCodeHash } from "./recovery-codes.ts";

const vault = new FactorVault(createSecretKey(Buffer.alloc(32, 1)));
const content: FactorContent = {
  kind: "totp",
  secret: Uint8Array.from(Buffer.from("12345678901234567890")),
  lastStep: 7,
};

function rowOf(sealed: Uint8Array): FactorRow {
  return { id: "fac-1", account: "anna", kind: "totp", name: "phone", createdAtMs: 1, lastUsedAtMs: null, sealed };
}

test("what a factor is checked with comes back, and stands nowhere in what is kept", () => {
  const sealed = vault.seal({ id: "fac-1", account: "anna" }, content);
  assert.deepEqual(vault.open(rowOf(sealed)), content);
  assert.ok(!Buffer.from(sealed).includes("secret"));
  assert.notDeepEqual(sealed, vault.seal({ id: "fac-1", account: "anna" }, content));
});

test("a factor of another account, of another kind or key, or that was changed, opens nothing", () => {
  const row = rowOf(vault.seal({ id: "fac-1", account: "anna" }, content));
  const unreadable = { code: "admin/factor-unreadable" };
  assert.throws(() => vault.open({ ...row, account: "eve" }), unreadable);
  assert.throws(() => vault.open({ ...row, id: "fac-2" }), unreadable);
  assert.throws(() => vault.open({ ...row, kind: "passkey" }), unreadable);
  assert.throws(() => new FactorVault(createSecretKey(Buffer.alloc(32, 2))).open(row), unreadable);
  for (let at = 0; at < row.sealed.length; at++) {
    const changed = row.sealed.map((byte, index) => (index === at ? byte ^ 1 : byte));
    assert.throws(() => vault.open({ ...row, sealed: changed }), unreadable);
  }
  for (const length of [0, 11, 12, 27, 28, row.sealed.length - 1]) {
    assert.throws(() => vault.open({ ...row, sealed: row.sealed.subarray(0, length) }), unreadable);
  }
});

test("recovery codes are ten, all different, 80 bits each, and read as people copy them", () => {
  const codes = newRecoveryCodes();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, /^[a-z2-7]{4}(?:-[a-z2-7]{4}){3}$/);
  const [code = ""] = codes;
  const wanted = recoveryCodeHash(code);
  assert.match(wanted, /^[0-9a-f]{64}$/);
  for (const typed of [code.toUpperCase(), code.replaceAll("-", ""), ` ${code.replaceAll("-", " ")} `]) {
    assert.equal(recoveryCodeHash(typed), wanted);
  }
  assert.notEqual(recoveryCodeHash(code.slice(1)), wanted);
});
