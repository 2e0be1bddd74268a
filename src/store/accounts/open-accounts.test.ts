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
import type { AccountRow, AuditEntry, TokenRow } from "./contract.ts";
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

test("accounts and tokens are there after a restart, in a file for its owner alone; a token goes with its account", async (context) => {
  const root = await directory(context);
  const first = await openAccounts(root);
  await first.apply([{ kind: "put-account", row: account }], entry("create"));
  await first.apply([{ kind: "put-token", row: token }], entry("token"));
  await first.stop();
  assert.equal((await stat(join(root, "accounts.sqlite"))).mode & 0o777, 0o600);

  const second = await openAccounts(root);
  assert.deepEqual(second.accounts(), [account]);
  assert.deepEqual(second.tokens(), [token]);
  await second.apply([{ kind: "remove-account", name: "anna" }], entry("remove"));
  assert.deepEqual(second.tokens(), []);
  await second.stop();
  await assert.rejects(second.apply([], entry("late")), { code: "store/failing" });

  const third = await openAccounts(root);
  assert.deepEqual([third.accounts(), third.tokens()], [[], []]);
  await third.stop();
});

test("a change that cannot be made leaves no entry, and an entry that cannot be written no change", async (context) => {
  const store = await openAccounts(await directory(context));
  await assert.rejects(store.apply([{ kind: "put-token", row: token }], entry("orphan")), { code: "store/failing" });
  assert.deepEqual(await store.auditBefore(10, 10), []);
  assert.deepEqual(store.tokens(), []);
  await store.stop();
});

test("the chain is what the format says, and pages go from the newest down", async (context) => {
  const store = await openAccounts(await directory(context));
  for (const action of ["one", "two", "three"]) await store.apply([], entry(action));
  const rows = await store.auditBefore(Number.MAX_SAFE_INTEGER, 2);
  assert.deepEqual(
    rows.map(({ position, action }) => [position, action]),
    [
      [3, "three"],
      [2, "two"],
    ],
  );
  const [oldest] = await store.auditBefore(2, 2);
  // docs/formats/audit.md, written out.
  const genesis = hash("sha256", "postern audit 1", "buffer");
  const text = '[1,5,"cli:ä","127.0.0.1","one","anna",null,"{\\"a\\":1}"]';
  assert.equal(oldest?.hash, hash("sha256", Buffer.concat([genesis, Buffer.from(text)]), "hex"));
  await store.stop();
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
