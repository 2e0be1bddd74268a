// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { MemoryAccounts } from "../../test/support/memory-accounts.ts";
import { MemoryMailboxes } from "../../test/support/memory-mailboxes.ts";
import { PosternError } from "../base/errors.ts";
import { loadConfig } from "../config/load.ts";
import { MailboxRegistry } from "../mailbox/registry.ts";
import type { Log, LogFields } from "../observe/log.ts";
import { accountStages } from "./accounts/account-stages.ts";
import { ControlClient } from "./control-client.ts";
import { findSocketPath } from "./control-path.ts";
import { ControlServer } from "./control-server.ts";

async function openControl(context: TestContext, name = "control.sock") {
  const directory = await mkdtemp(join(tmpdir(), "postern-control-"));
  const events: string[] = [];
  const log: Log = {
    event: (code, fields: LogFields = {}) => void events.push(JSON.stringify({ code, ...fields })),
    with: () => log,
  };
  const configuration = loadConfig({ environment: {}, overrides: { "gateway.data_directory": directory } });
  const clock = { nowMs: () => 0, monotonicMs: () => 0 };
  const store = new MemoryMailboxes();
  const mailboxes = new MailboxRegistry({ store, recipientKind: "x25519", workFactor: 10, clock });
  const path = join(directory, name);
  const accountStore = new MemoryAccounts();
  const stages = {
    ...accountStages(accountStore, { clock, log }),
    mailboxes,
    store,
    configuration,
    log,
    running: undefined,
    testMessages: undefined,
    traffic: undefined,
    settings: undefined,
    certificates: undefined,
    notices: undefined,
  };
  const server = await ControlServer.open(path, stages);
  context.after(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });
  return { directory, path, server, store, mailboxes, events, stages, accountStore };
}

async function findClient(path: string): Promise<ControlClient> {
  const client = await ControlClient.find(path, "cli:alice");
  assert.ok(client);
  return client;
}

const ignore = (): void => undefined;

test("an operation runs in the gateway and its result comes back", async (context) => {
  const { path, mailboxes } = await openControl(context);
  const client = await findClient(path);
  const created = await client.run("mailbox.create", { name: "Journal ä" }, ignore);
  assert.equal(created.address, `${created.id}@postern.localhost`);
  assert.equal(mailboxes.list()[0]?.name, "Journal ä");
  const { mailboxes: listed } = await client.run("mailbox.list", {}, ignore);
  assert.equal(listed[0]?.id, created.id);
});

test("progress comes before the result, and the ledger names who asked (I8)", async (context) => {
  const { path, store } = await openControl(context);
  const client = await findClient(path);
  const { id } = await client.run("mailbox.create", { name: "a" }, ignore);
  await client.run("mailbox.suspend", { id }, ignore);
  const progress: string[] = [];
  await client.run("mailbox.delete", { id }, (line) => progress.push(line));
  assert.equal(progress.length, 1);
  assert.match(store.noted.at(-1) ?? "", /cli:alice/);
});

test("every change stands in the audit trail: who, from where, what, before and after (I8)", async (context) => {
  const { path, accountStore } = await openControl(context);
  const client = await findClient(path);
  const { id, password } = await client.run("mailbox.create", { name: "a" }, ignore);
  await client.run("mailbox.edit", { id, name: "b" }, ignore);
  await client.run("mailbox.password-change", { id, oldPassword: password }, ignore);
  await client.run("mailbox.suspend", { id }, ignore);
  await client.run("mailbox.delete", { id }, ignore);
  await client.run("mailbox.list", {}, ignore);
  const { entries } = accountStore;
  assert.deepEqual(
    entries.map((entry) => entry.action),
    ["mailbox.created", "mailbox.changed", "mailbox.password-changed", "mailbox.suspended", "mailbox.deleted"],
  );
  for (const { actor, origin, subject } of entries) {
    assert.deepEqual({ actor, origin, subject }, { actor: "cli:alice", origin: "control socket", subject: id });
  }
  assert.equal(JSON.parse(entries[1]?.before ?? "{}").name, "a");
  assert.equal(JSON.parse(entries[1]?.after ?? "{}").name, "b");
  assert.ok(!JSON.stringify(entries).includes(password));
});

test("while the audit trail cannot be written nothing is changed, and what was done before is noted later", async (context) => {
  const { path, accountStore, mailboxes, events } = await openControl(context);
  const client = await findClient(path);
  const { id } = await client.run("mailbox.create", { name: "a" }, ignore);
  accountStore.failure = new PosternError("store/failing");
  // Nobody knows yet: the change is made, its new password told, and the entry waits.
  assert.equal((await client.run("mailbox.edit", { id, name: "b" }, ignore)).name, "b");
  assert.match(events.join(), /"code":"audit\/failing"/);
  await assert.rejects(client.run("mailbox.edit", { id, name: "c" }, ignore), { code: "store/failing" });
  assert.equal(mailboxes.list()[0]?.name, "b");
  assert.equal((await client.run("mailbox.list", {}, ignore)).mailboxes.length, 1);
  accountStore.failure = undefined;
  await client.run("mailbox.edit", { id, name: "d" }, ignore);
  const names = accountStore.entries.map((entry) => JSON.parse(entry.after ?? "{}").name);
  assert.deepEqual(names, ["a", "b", "d"]);
});

test("an error keeps its code and text across the socket", async (context) => {
  const { path } = await openControl(context);
  const client = await findClient(path);
  const id = `mbx-${"0".repeat(32)}`;
  await assert.rejects(client.run("mailbox.suspend", { id }, ignore), (error) => {
    assert.ok(error instanceof PosternError);
    assert.equal(error.code, "mailbox/unknown");
    assert.match(error.message, new RegExp(`^no such mailbox: ${id}`));
    return true;
  });
  await assert.rejects(client.run("mailbox.show", { id: "mbx-1" }, ignore), { code: "admin/bad-request" });
});

test("no password reaches the log, and no answer repeats what a bad request held (I5)", async (context) => {
  const { path, events } = await openControl(context);
  const client = await findClient(path);
  const { id, password } = await client.run("mailbox.create", { name: "a" }, ignore);
  const changed = await client.run("mailbox.password-change", { id, oldPassword: password }, ignore);
  const answer = await ask(
    path,
    `{"operation":"mailbox.password-change","input":{"id":"${id}","oldPassword":["hush"]},"actor":"a"}\n`,
  );
  assert.match(answer, /"code":"admin\/bad-request"/);
  const broken = await ask(path, `{"oldPassword":"hush"\n`);
  assert.match(broken, /"code":"admin\/bad-request"/);
  for (const secret of [password, changed.password]) assert.ok(!events.join().includes(secret));
  assert.ok(!`${answer}${broken}${events.join()}`.includes("hush"));
});

test("names that are no operation are refused, those of every object too", async (context) => {
  const { path } = await openControl(context);
  for (const name of ["mailbox.explode", "constructor", "__proto__"]) {
    const answer = await ask(path, `{"operation":"${name}","input":{},"actor":"a"}\n`);
    assert.match(answer, /"code":"admin\/bad-request"/);
  }
});

test("a client that leaves without a word, or says too much, harms nobody", async (context) => {
  const { path } = await openControl(context);
  assert.equal(await ask(path, "", true), "");
  assert.equal(await ask(path, "x".repeat(1024 * 1024 + 1)), "");
  assert.deepEqual(await (await findClient(path)).run("mailbox.list", {}, ignore), { mailboxes: [] });
});

test("only the owner can open the socket", async (context) => {
  const { path } = await openControl(context);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("a path that is too long for a socket leads to a short one, private and noted, gone afterwards", async (context) => {
  const { directory, path, server } = await openControl(context, `${"long-".repeat(25)}control.sock`);
  const socketPath = (await findSocketPath(path)) ?? "";
  assert.ok(Buffer.byteLength(socketPath) <= 100);
  assert.equal((await stat(join(socketPath, ".."))).mode & 0o777, 0o700);
  assert.deepEqual(await (await findClient(path)).run("mailbox.list", {}, ignore), { mailboxes: [] });
  await server.close();
  await assert.rejects(stat(join(socketPath, "..")), { code: "ENOENT" });
  assert.deepEqual(await readdir(directory), []);
  assert.equal(await ControlClient.find(path, "cli:alice"), undefined);
});

test("without a gateway there is no client, whatever a killed one has left", async (context) => {
  const { directory, path, server, stages } = await openControl(context);
  assert.equal(await ControlClient.find(join(directory, "none", "control.sock"), "a"), undefined);
  await server.close();
  assert.equal(await ControlClient.find(path, "a"), undefined);
  await writeFile(path, "");
  const again = await ControlServer.open(path, stages);
  assert.deepEqual(await (await findClient(path)).run("mailbox.list", {}, ignore), { mailboxes: [] });
  await again.close();
});

test("a gateway that goes away before it has answered is said to", async (context) => {
  const { directory } = await openControl(context);
  const path = join(directory, "rude.sock");
  const rude = createServer((socket) => socket.once("data", () => socket.destroy()));
  await new Promise<void>((resolve) => rude.listen(path, resolve));
  const client = await findClient(path);
  await assert.rejects(client.run("mailbox.list", {}, ignore), { code: "admin/unreachable" });
  await new Promise((resolve) => rude.close(resolve));
});

/** Says something on the socket as it stands, and hears what comes until the end. */
async function ask(path: string, line: string, end = false): Promise<string> {
  const socket = connect(path);
  socket.on("error", ignore);
  socket.write(line);
  if (end) socket.end();
  return text(socket).catch(() => "");
}
