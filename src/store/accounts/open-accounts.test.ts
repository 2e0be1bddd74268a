// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { removeDirectory, temporaryDirectory } from "../../../test/support/temporary.ts";
import { dataDirectory } from "../data-directory.ts";
import { verifyAudit } from "../verify-audit.ts";
import type { AccountRow, AuditEntry, AuditQuery, FactorRow, TokenRow } from "./contract.ts";
import { openAccounts } from "./open-accounts.ts";

const account: AccountRow = {
  name: "anna",
  role: "administrator",
  passwordHash: "$argon2id$…",
  createdAtMs: 1,
  passwordChangedAtMs: 2,
};
const token: TokenRow = {
  id: "tok-1",
  account: "anna",
  name: "deploy",
  hash: "00",
  scopes: ["mailboxes:read", "status:read"],
  createdAtMs: 3,
  expiresAtMs: 4,
};

function entry(action: string): AuditEntry {
  return { atMs: 5, actor: "cli:ä", origin: "127.0.0.1", action, subject: "anna", before: null, after: '{"a":1}' };
}

async function directory(context: TestContext): Promise<string> {
  const path = await temporaryDirectory("accounts");
  context.after(() => removeDirectory(path));
  return path;
}

const factor: FactorRow = {
  id: "fac-1",
  account: "anna",
  kind: "totp",
  name: "phone",
  createdAtMs: 6,
  lastUsedAtMs: null,
  sealed: Uint8Array.of(1, 2, 3),
};

test("accounts, tokens and factors are there after a restart, in a file for its owner alone; they go with their account", async (context) => {
  const root = await directory(context);
  const first = await openAccounts(root);
  await first.apply([{ kind: "put-account", row: account }], entry("create"));
  await first.apply([{ kind: "put-token", row: token }], entry("token"));
  await first.apply([{ kind: "put-factor", row: factor }], entry("factor"));
  const used = { ...factor, lastUsedAtMs: 7, sealed: Uint8Array.of(4) };
  await first.apply([{ kind: "put-factor", row: used }], entry("used"));
  await first.stop();
  assert.equal((await stat(join(root, "accounts.sqlite"))).mode & 0o777, 0o600);

  const second = await openAccounts(root);
  assert.deepEqual(second.accounts(), [account]);
  assert.deepEqual(second.tokens(), [token]);
  assert.deepEqual(second.factors(), [used]);
  assert.deepEqual([second.account("anna"), second.tokenOfHash("00")], [account, token]);
  assert.deepEqual([second.account("Anna"), second.tokenOfHash("0")], [undefined, undefined]);
  await second.apply([{ kind: "remove-account", name: "anna" }], entry("remove"));
  assert.deepEqual([second.tokens(), second.factors()], [[], []]);
  assert.deepEqual([second.account("anna"), second.tokenOfHash("00")], [undefined, undefined]);
  await second.stop();
  await assert.rejects(second.apply([], entry("late")), { code: "store/failing" });

  const third = await openAccounts(root);
  assert.deepEqual([third.accounts(), third.tokens(), third.factors()], [[], [], []]);
  await third.stop();
});

test("a change that cannot be made leaves no entry, and an entry that cannot be written no change", async (context) => {
  const store = await openAccounts(await directory(context));
  await assert.rejects(store.apply([{ kind: "put-token", row: token }], entry("orphan")), { code: "store/failing" });
  assert.deepEqual(await store.readAudit({ first: "newest", limit: 10 }), {
    rows: [],
    head: { position: 0, hash: hash("sha256", "postern audit 1", "hex") },
  });
  assert.deepEqual(store.tokens(), []);
  await store.stop();
});

test("the chain is what the format says, and pages go from the newest down", async (context) => {
  const store = await openAccounts(await directory(context));
  for (const action of ["one", "two", "three"]) await store.apply([], entry(action));
  const { rows, head } = await store.readAudit({ first: "newest", limit: 2 });
  assert.deepEqual(head, { position: 3, hash: rows[0]?.hash });
  assert.deepEqual(
    rows.map(({ position, action }) => [position, action]),
    [
      [3, "three"],
      [2, "two"],
    ],
  );
  const oldest = (await store.readAudit({ first: "newest", before: 2, limit: 2 })).rows[0];
  // docs/formats/audit.md, written out.
  const genesis = hash("sha256", "postern audit 1", "buffer");
  const text = '[1,5,"cli:ä","127.0.0.1","one","anna",null,"{\\"a\\":1}"]';
  assert.equal(oldest?.hash, hash("sha256", Buffer.concat([genesis, Buffer.from(text)]), "hex"));
  await store.stop();
});

test("filters of the trail hold together, in both directions", async (context) => {
  const store = await openAccounts(await directory(context));
  const deeds = [
    { actor: "cli:root", action: "mailbox.created", subject: "mbx-1" },
    { actor: "console:Anna", action: "sign-in", subject: "anna" },
    { actor: "token:anna/deploy", action: "mailbox.deleted", subject: "mbx-1" },
    { actor: "console:ben", action: "mailbox.created", subject: "mbx-12" },
  ];
  for (const [index, deed] of deeds.entries()) await store.apply([], { ...entry(""), ...deed, atMs: 100 + index });
  const found = async (query: Partial<AuditQuery>): Promise<readonly number[]> =>
    (await store.readAudit({ first: "oldest", limit: 10, ...query })).rows.map(({ position }) => position);
  assert.deepEqual(await found({}), [1, 2, 3, 4]);
  assert.deepEqual(await found({ first: "newest" }), [4, 3, 2, 1]);
  assert.deepEqual(await found({ actor: "ANNA" }), [2, 3]);
  assert.deepEqual(await found({ action: "mailbox." }), [1, 3, 4]);
  assert.deepEqual(await found({ action: "created" }), []);
  assert.deepEqual(await found({ subject: "mbx-1", actor: "root" }), [1]);
  assert.deepEqual(await found({ fromMs: 101, toMs: 102 }), [2, 3]);
  assert.deepEqual(await found({ after: 1, before: 4, limit: 1 }), [2]);
  // Nothing that is asked for is a pattern.
  assert.deepEqual(await found({ actor: "%" }), []);
  await store.stop();
});

test("a file of the version before gets the table that is new, and verifies before and after", async (context) => {
  const root = await directory(context);
  const store = await openAccounts(root);
  await store.apply([{ kind: "put-account", row: account }], entry("create"));
  await store.stop();
  const file = new DatabaseSync(join(root, "accounts.sqlite"));
  file.exec("DROP TABLE factor; PRAGMA user_version = 1");
  file.close();
  assert.deepEqual([...verifyAudit(dataDirectory(root))], []);
  const opened = await openAccounts(root);
  await opened.apply([{ kind: "put-factor", row: factor }], entry("factor"));
  assert.deepEqual([opened.accounts(), opened.factors()], [[account], [factor]]);
  await opened.stop();
  assert.deepEqual([...verifyAudit(dataDirectory(root))], []);
});

test("verification finds an entry that was changed and one that was taken out; the program itself can do neither", async (context) => {
  const root = await directory(context);
  const store = await openAccounts(root);
  for (const action of ["one", "two", "three", "four"]) await store.apply([], entry(action));
  await store.stop();
  assert.deepEqual([...verifyAudit(dataDirectory(root))], []);
  const file = new DatabaseSync(join(root, "accounts.sqlite"));
  assert.throws(() => file.exec("UPDATE audit SET actor = 'x'"), /append-only/);
  assert.throws(() => file.exec("DELETE FROM audit"), /append-only/);
  file.exec("DROP TRIGGER audit_kept; DROP TRIGGER audit_fixed");
  file.exec("UPDATE audit SET actor = 'nobody' WHERE position = 2");
  assert.deepEqual(
    [...verifyAudit(dataDirectory(root))].map(({ code }) => code),
    ["audit-changed"],
  );
  file.exec("DELETE FROM audit WHERE position = 2");
  file.close();
  assert.deepEqual(
    [...verifyAudit(dataDirectory(root))].map(({ code }) => code),
    ["audit-gap", "audit-changed"],
  );
});

test("a file of another kind or version is refused", async (context) => {
  const root = await directory(context);
  const file = new DatabaseSync(join(root, "accounts.sqlite"));
  file.exec("CREATE TABLE other (a)");
  file.close();
  await assert.rejects(openAccounts(root), { code: "store/bad-version" });
});
