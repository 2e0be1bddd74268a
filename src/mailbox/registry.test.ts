// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { Decrypter } from "age-encryption";
import { MemoryMailboxes } from "../../test/support/memory-mailboxes.ts";
import { type ErrorCode, hasCode } from "../base/errors.ts";
import { SecretBytes } from "../base/secret.ts";
import { unwrapIdentity } from "../seal/identity.ts";
import { sealWhole } from "../seal/seal.ts";
import { unsealWhole } from "../seal/unseal.ts";
import { generatePassword } from "./password.ts";
import { MailboxRegistry } from "./registry.ts";

const workFactor = 10;

function openRegistry() {
  const store = new MemoryMailboxes();
  const clock = { nowMs: () => 1_750_000_000_000, monotonicMs: () => 0 };
  return { store, registry: new MailboxRegistry({ store, recipientKind: "mlkem768x25519", workFactor, clock }) };
}

function withCode(code: ErrorCode) {
  return (error: unknown) => hasCode(error, code);
}

test("a new mailbox is active, wants TLS, and is there when create resolves", async () => {
  const { store, registry } = openRegistry();
  const { mailbox } = await registry.create({ name: "  Office 365 Journal ", allowedPeers: ["microsoft365"] });
  assert.match(mailbox.id, /^mbx-[0-9a-f]{32}$/);
  assert.equal(mailbox.name, "Office 365 Journal");
  assert.equal(mailbox.state, "active");
  assert.equal(mailbox.requireTls, true);
  assert.equal(mailbox.createdAtMs, 1_750_000_000_000);
  assert.equal(mailbox.allowedPeers.allows("203.0.113.1"), false);
  assert.equal(registry.find(mailbox.id), mailbox);
  assert.deepEqual(store.noted, ["created"]);
});

test("the identity file is an age file that another implementation opens with the password (I6)", async () => {
  const { store, registry } = openRegistry();
  const { mailbox, password } = await registry.create({ name: "a" });
  const text = password.expose().toString();
  const row = store.rows.get(mailbox.id);
  assert.ok(row);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(text);
  const identity = await decrypter.decrypt(row.identityFile, "text");
  assert.match(identity, /^AGE-SECRET-KEY-PQ-1/);
  const opener = new Decrypter();
  opener.addIdentity(identity.trim());
  const sealed = sealWhole(mailbox.recipient, Buffer.from("hello"));
  assert.equal(await opener.decrypt(sealed, "text"), "hello");
  assert.ok(!JSON.stringify(store.rows.get(mailbox.id)).includes(text));
});

test("a changed row is read anew, an unchanged one is not", async () => {
  const { registry } = openRegistry();
  const { mailbox } = await registry.create({ name: "a" });
  assert.equal(registry.find(mailbox.id), mailbox);
  await registry.suspend(mailbox.id);
  assert.equal(registry.find(mailbox.id)?.state, "suspended");
  await registry.activate(mailbox.id);
  assert.equal(registry.find(mailbox.id)?.state, "active");
});

test("changes that come together do not undo one another", async () => {
  const { registry } = openRegistry();
  const { mailbox } = await registry.create({ name: "a" });
  await Promise.all([
    registry.edit(mailbox.id, { name: "b" }),
    registry.suspend(mailbox.id),
    registry.edit(mailbox.id, { requireTls: false }),
  ]);
  const after = registry.find(mailbox.id);
  assert.deepEqual([after?.name, after?.state, after?.requireTls], ["b", "suspended", false]);
});

test("a change that fails does not hold up the next", async () => {
  const { registry } = openRegistry();
  const { mailbox } = await registry.create({ name: "a" });
  await assert.rejects(registry.edit(mailbox.id, { name: "a\nb" }), withCode("mailbox/bad-request"));
  await assert.rejects(registry.edit(mailbox.id, { allowedPeers: ["nobody"] }), withCode("mailbox/bad-request"));
  await assert.rejects(registry.create({ name: "   " }), withCode("mailbox/bad-request"));
  assert.equal((await registry.edit(mailbox.id, { name: "b" })).name, "b");
});

test("names at the limit pass, one character more does not", async () => {
  const { registry } = openRegistry();
  const { mailbox } = await registry.create({ name: "n".repeat(100), description: "d".repeat(1000) });
  assert.equal(mailbox.name.length, 100);
  await assert.rejects(registry.edit(mailbox.id, { name: "n".repeat(101) }), withCode("mailbox/bad-request"));
  await assert.rejects(registry.edit(mailbox.id, { description: "d".repeat(1001) }), withCode("mailbox/bad-request"));
});

test("only a suspended mailbox is deleted, with the number of messages that go (I8)", async () => {
  const { store, registry } = openRegistry();
  const { mailbox } = await registry.create({ name: "a" });
  store.messages.set(mailbox.id, 7);
  await assert.rejects(registry.delete(mailbox.id, "by alice"), withCode("mailbox/not-suspended"));
  await registry.suspend(mailbox.id);
  assert.deepEqual(await registry.delete(mailbox.id, "by alice"), { removedMessages: 7 });
  assert.equal(registry.find(mailbox.id), undefined);
  assert.equal(store.noted.at(-1), "by alice");
  await assert.rejects(registry.delete(mailbox.id, "by alice"), withCode("mailbox/unknown"));
});

test("a changed password opens the mail of before; the old one opens nothing", async () => {
  const { store, registry } = openRegistry();
  const { mailbox, password: old } = await registry.create({ name: "a" });
  const sealed = sealWhole(mailbox.recipient, Buffer.from("kept before"));
  await assert.rejects(
    registry.changePassword(mailbox.id, SecretBytes.fromText("wrong")),
    withCode("seal/wrong-passphrase"),
  );
  const { password } = await registry.changePassword(mailbox.id, old);
  const file = store.rows.get(mailbox.id)?.identityFile;
  assert.ok(file);
  const identity = await unwrapIdentity(file, password, { maxLogN: 18 });
  assert.equal(unsealWhole(identity, sealed).toString(), "kept before");
  await assert.rejects(unwrapIdentity(file, old, { maxLogN: 18 }), withCode("seal/wrong-passphrase"));
  assert.equal(registry.find(mailbox.id)?.recipient.text, mailbox.recipient.text);
  assert.equal(store.noted.at(-1), "password-changed");
});

test("a password that the caller knew before opens when the answer is lost, and asking again succeeds once more", async () => {
  const { store, registry } = openRegistry();
  const { mailbox, password: old } = await registry.create({ name: "a" });
  const wanted = generatePassword();
  const first = await registry.changePassword(mailbox.id, old, wanted);
  const file = store.rows.get(mailbox.id)?.identityFile;
  assert.ok(file);
  assert.equal((await unwrapIdentity(file, wanted, { maxLogN: 18 })).recipient, mailbox.recipient.text);
  await assert.rejects(unwrapIdentity(file, old, { maxLogN: 18 }), withCode("seal/wrong-passphrase"));
  const again = await registry.changePassword(mailbox.id, old, wanted);
  assert.deepEqual([first.wasChanged, again.wasChanged], [true, false]);
  assert.equal(store.rows.get(mailbox.id)?.identityFile, file);
  // Neither the wrong old one nor another new one is let in by the repetition.
  await assert.rejects(registry.changePassword(mailbox.id, old, generatePassword()), withCode("seal/wrong-passphrase"));
});

test("a new password that a person chose is worked harder for", async () => {
  const { store, registry } = openRegistry();
  const { mailbox, password } = await registry.create({ name: "a" });
  const before = headerOf(store.rows.get(mailbox.id)?.identityFile);
  await registry.changePassword(mailbox.id, password, SecretBytes.fromText("aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa"));
  assert.doesNotMatch(before, / 18$/m);
  assert.match(headerOf(store.rows.get(mailbox.id)?.identityFile), /^-> scrypt \S+ 18$/m);
});

function headerOf(file: Uint8Array | undefined): string {
  return Buffer.from(file ?? []).toString("latin1", 0, 100);
}

test("a reset is refused while mail is left, and makes a new key pair when it is not", async () => {
  const { store, registry } = openRegistry();
  const { mailbox, password: old } = await registry.create({ name: "a" });
  store.messages.set(mailbox.id, 1);
  const before = store.rows.get(mailbox.id);
  await assert.rejects(
    registry.resetPassword(mailbox.id, { discardMail: false, cause: "by alice" }),
    withCode("mailbox/not-empty"),
  );
  assert.equal(store.rows.get(mailbox.id), before);
  const reset = await registry.resetPassword(mailbox.id, { discardMail: true, cause: "by alice" });
  assert.equal(reset.removedMessages, 1);
  assert.notEqual(reset.mailbox.recipient.text, mailbox.recipient.text);
  const file = store.rows.get(mailbox.id)?.identityFile;
  assert.ok(file);
  await assert.rejects(unwrapIdentity(file, old, { maxLogN: 18 }), withCode("seal/wrong-passphrase"));
  assert.equal((await unwrapIdentity(file, reset.password, { maxLogN: 18 })).recipient, reset.mailbox.recipient.text);
  // The store does both in one step: nothing sealed to the old key can arrive behind the removal.
  assert.deepEqual(store.noted.slice(-2), ["by alice", "key-changed"]);
});

test("a chosen password is worked harder for than a generated one", async () => {
  const { store, registry } = openRegistry();
  const { mailbox } = await registry.create({ name: "a", password: SecretBytes.fromText("my dog's name") });
  const header = Buffer.from(store.rows.get(mailbox.id)?.identityFile ?? []).toString("latin1", 0, 100);
  assert.match(header, /^-> scrypt \S+ 18$/m);
});
