// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryAccounts } from "../../../test/support/memory-accounts.ts";
import { limits } from "../../base/limits.ts";
import { silentLog } from "../../observe/log.ts";
import { accountStages } from "./account-stages.ts";
import type { Role } from "./roles.ts";

const asker = { actor: "cli:root", origin: "command line" };
const good = "grüne Eulen lesen nachts";

function world() {
  const time = { nowMs: Date.UTC(2026, 0, 1) };
  const clock = { nowMs: () => time.nowMs, monotonicMs: () => 0 };
  const store = new MemoryAccounts();
  const stages = accountStages(store, { clock, log: silentLog });
  const create = (name: string, role: Role) => stages.accounts.create(asker, { name, role, password: good });
  return { time, store, create, ...stages };
}

test("names are one whatever their letter case, and stay what a log can carry", async () => {
  const { create, accounts } = world();
  const twice = [create("Anna", "administrator"), create("ANNA", "auditor")] as const;
  await twice[0];
  await assert.rejects(twice[1], { code: "admin/exists" });
  assert.equal(accounts.find("aNNa")?.name, "anna");
  for (const name of ["", "a b", "x\ny", "-a", "a".repeat(65), "ä"]) {
    await assert.rejects(create(name, "auditor"), { code: "admin/bad-request" });
  }
});

test("the last administrator can be neither removed nor made something less", async () => {
  const { create, accounts } = world();
  await create("anna", "administrator");
  await create("ben", "operator");
  await assert.rejects(accounts.remove(asker, "anna"), { code: "admin/last-administrator" });
  await assert.rejects(accounts.setRole(asker, "anna", "auditor"), { code: "admin/last-administrator" });
  await accounts.setRole(asker, "ben", "administrator");
  // Both at once: one of them must stay.
  const both = await Promise.allSettled([accounts.remove(asker, "anna"), accounts.remove(asker, "ben")]);
  assert.deepEqual(both.map((each) => each.status).toSorted(), ["fulfilled", "rejected"]);
});

test("the trail has every change, and no password, hash or token", async () => {
  const { create, accounts, tokens, store } = world();
  const anna = await create("anna", "administrator");
  await create("ben", "operator");
  await accounts.setPassword(asker, "ben", `${good} 2`);
  const wanted = { name: "deploy", scopes: ["mailboxes:read"], expiresAtMs: Date.UTC(2026, 1, 1) } as const;
  const { token, text } = await tokens.create(asker, anna, wanted);
  await tokens.revoke(asker, token.id);
  await accounts.remove(asker, "ben");
  const trail = JSON.stringify(store.entries);
  assert.deepEqual(
    store.entries.map(({ action, subject }) => `${action} ${subject}`),
    [
      "administrator.create anna",
      "administrator.create ben",
      "administrator.password ben",
      `token.create ${token.id}`,
      `token.revoke ${token.id}`,
      "administrator.remove ben",
    ],
  );
  for (const secret of [good, "argon2", text]) assert.ok(!trail.includes(secret));
});

test("a token is found by its text until it expires, and its text is not kept", async () => {
  const { create, tokens, store, time } = world();
  const anna = await create("anna", "operator");
  const expiresAtMs = time.nowMs + 1000;
  const { token, text } = await tokens.create(asker, anna, { name: "t", scopes: ["status:read"], expiresAtMs });
  assert.match(text, /^postern_[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(tokens.find(text), token);
  assert.equal(tokens.find(text.slice(0, -1)), undefined);
  assert.ok(!JSON.stringify(store.tokens()).includes(text));
  time.nowMs = expiresAtMs - 1;
  assert.deepEqual(tokens.find(text), token);
  time.nowMs = expiresAtMs;
  assert.equal(tokens.find(text), undefined);
});

test("a token gets no scope that its owner has not, and no life without end", async () => {
  const { create, tokens, time } = world();
  const owner = await create("ben", "operator");
  const wanted = { name: "t", scopes: ["mailboxes:read"], expiresAtMs: time.nowMs + limits.tokenLifetimeMs } as const;
  await tokens.create(asker, owner, wanted);
  const refused = [
    { ...wanted, scopes: ["audit:read"] },
    { ...wanted, scopes: [] },
    { ...wanted, name: " " },
    { ...wanted, expiresAtMs: wanted.expiresAtMs + 1 },
    { ...wanted, expiresAtMs: time.nowMs },
    { ...wanted, expiresAtMs: Number.NaN },
  ] as const;
  for (const each of refused) await assert.rejects(tokens.create(asker, owner, each), { code: "admin/bad-request" });
});
