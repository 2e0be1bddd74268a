// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LiveSettings } from "../../src/config/live-settings.ts";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";
import { localConfiguration } from "../support/local-gateway.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

let world: ApiWorld;
let root: ApiClient;

before(async () => {
  world = await ApiWorld.start();
  root = await world.root();
});

after(() => world.stop());

interface SeenSetting {
  readonly name: string;
  readonly value: unknown;
  readonly origin: string;
  readonly waiting: boolean;
  readonly fixedBy: string | null;
}

async function setting(name: string): Promise<SeenSetting> {
  const { body } = await root.call("GET", "settings");
  const all: SeenSetting[] = body.sections.flatMap((each: { settings: SeenSetting[] }) => each.settings);
  const found = all.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

async function change(settings: Readonly<Record<string, unknown>>, tag = "*") {
  return root.call("PATCH", "settings", { headers: { "if-match": tag }, body: { settings } });
}

test("what an administrator changes works at once, is kept in a private file, and survives a restart", async () => {
  const { status, headers } = await root.call("GET", "settings");
  assert.equal(status, 200);
  assert.equal((await setting("gateway.domains")).origin, "file");
  const mailbox = await world.local.createMailbox();
  const changed = await change({ "gateway.domains": ["new.test"], "limits.max_message_size": "1 MiB" }, headers.etag);
  assert.equal(changed.status, 200);
  assert.deepEqual(await setting("gateway.domains"), {
    ...(await setting("gateway.domains")),
    value: ["new.test"],
    origin: "console",
    waiting: false,
  });

  const smtp = await world.local.smtp();
  assert.match((await smtp.command("EHLO client.test", 250)).text, /^SIZE 1048576$/m);
  await smtp.command("MAIL FROM:<a@example.org>", 250);
  await smtp.command(`RCPT TO:<${mailbox.id}@journal.test>`, 550);
  await smtp.command(`RCPT TO:<${mailbox.id}@new.test>`, 250);
  smtp.peer.destroy();

  const file = join(world.directory, "data", "settings.toml");
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.match(await readFile(file, "utf8"), /domains = \[ "new\.test" \]/);
  const again = LiveSettings.open({ text: localConfiguration(world.directory), environment: {} });
  assert.deepEqual(again.view.gateway.domains, ["new.test"]);
  assert.equal(again.view.limits.maxMessageBytes, 1_048_576);
});

test("a peer that is taken off the list is refused from the next recipient on", async () => {
  const mailbox = await world.local.createMailbox();
  assert.equal((await change({ "smtp.allowed_peers": ["192.0.2.0/24"] })).status, 200);
  const smtp = await world.local.smtp();
  await smtp.command("MAIL FROM:<a@example.org>", 250);
  await smtp.command(`RCPT TO:<${mailbox.id}@new.test>`, 550);
  assert.equal((await change({ "smtp.allowed_peers": null })).status, 200);
  await smtp.command(`RCPT TO:<${mailbox.id}@new.test>`, 250);
  smtp.peer.destroy();
});

test("a wrong value is told at its key, and the right ones beside it are not applied", async () => {
  const answer = await change({
    "limits.connections": 0,
    "gateway.domains": ["good.test"],
    "log.level": "loud",
    "no.such": 1,
    "gateway.data_directory": "/etc",
    "listen.console": [],
  });
  assert.equal(answer.status, 422);
  assert.equal(answer.body.code, "config/invalid");
  assert.deepEqual(answer.body.fields.map(({ field }: { field: string }) => field).toSorted(), [
    "gateway.data_directory",
    "limits.connections",
    "listen.console",
    "log.level",
    "no.such",
  ]);
  assert.deepEqual((await setting("gateway.domains")).value, ["new.test"]);
  const crossed = await change({ "acme.enabled": true });
  assert.deepEqual(
    crossed.body.fields.map(({ field }: { field: string }) => field),
    ["acme.agree_terms"],
  );
});

test("two who change the same: the second is told, and nothing is undone unseen", async () => {
  const tag = (await root.call("GET", "settings")).headers.etag ?? "";
  assert.equal((await change({ "limits.errors_per_session": 11 }, tag)).status, 200);
  const late = await change({ "limits.errors_per_session": 12 }, tag);
  assert.equal(late.status, 412);
  assert.equal(late.body.code, "config/changed-meanwhile");
  assert.equal((await setting("limits.errors_per_session")).value, 11);
  const without = await root.call("PATCH", "settings", { body: { settings: {} } });
  assert.equal(without.status, 428);
});

test("what needs a restart says so and changes nothing that runs", async () => {
  const answer = await change({ "gateway.host_name": "later.test", "seal.scrypt_work_factor": 11 });
  assert.deepEqual(answer.body.waiting, ["gateway.host_name", "seal.scrypt_work_factor"]);
  assert.equal((await setting("gateway.host_name")).waiting, true);
  const smtp = await world.local.smtp();
  assert.match((await smtp.command("EHLO client.test", 250)).text, /^localhost/);
  smtp.peer.destroy();
  assert.deepEqual((await change({ "gateway.host_name": null, "seal.scrypt_work_factor": null })).body.waiting, []);
});

test("the audit trail has both sides of a change", async () => {
  await change({ "log.level": "warn" });
  const { body } = await root.call("GET", "audit?limit=1");
  const { action, actor, before: old, after: now } = body.entries[0];
  assert.deepEqual(
    { action, actor, old, now },
    { action: "settings.changed", actor: "console:root", old: { "log.level": null }, now: { "log.level": "warn" } },
  );
});

test("an auditor sees the settings and changes none; an operator does neither", async () => {
  const auditor = await world.person("auditor", "auditor");
  assert.equal((await auditor.call("GET", "settings")).status, 200);
  const patch = { headers: { "if-match": "*" }, body: { settings: {} } };
  assert.equal((await auditor.call("PATCH", "settings", patch)).status, 403);
  const operator = await world.person("operator", "operator");
  assert.equal((await operator.call("GET", "settings")).status, 403);
});

test("the environment wins over the console, which says so and does not change it", async () => {
  const directory = await temporaryDirectory("settings");
  try {
    const environment = { POSTERN_LIMITS_CONNECTIONS: "7" };
    const settings = LiveSettings.open({ text: localConfiguration(directory), environment });
    await assert.rejects(settings.change({ "limits.connections": 9 }), /set by the environment/);
    assert.equal(settings.checked.given.get("limits.connections")?.origin, "environment");
    assert.equal(settings.view.limits.connectionsTotal, 7);
  } finally {
    await removeDirectory(directory);
  }
});
