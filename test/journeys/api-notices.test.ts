// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { describeSettings } from "../../src/admin/settings/settings-operations.ts";
import { hasCode } from "../../src/base/errors.ts";
import { LiveSettings } from "../../src/config/live-settings.ts";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";
import { FakeAuthority } from "../support/fake-certificates.ts";
import { localConfiguration } from "../support/local-gateway.ts";
import { WebhookReceiver } from "../support/notice-receivers.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const program = join(import.meta.dirname, "../../bin/postern.cjs");
let directory: string;
let secretFile: string;
let receiver: WebhookReceiver;
let world: ApiWorld;
let root: ApiClient;

before(async () => {
  directory = await temporaryDirectory("api-notices");
  const authority = await FakeAuthority.create();
  const caFile = join(directory, "ca.pem");
  await writeFile(caFile, authority.pem);
  receiver = await WebhookReceiver.start(await authority.issue(["127.0.0.1"]));
  secretFile = join(directory, "secret");
  await writeFile(secretFile, "a first secret\n");
  const lines = [
    "[notify]",
    `ca_file = ${JSON.stringify(caFile)}`,
    `webhook_secret_file = ${JSON.stringify(secretFile)}`,
  ];
  world = await ApiWorld.start({}, { configuration: `${lines.join("\n")}\n` });
  root = await world.root();
});

after(async () => {
  await world.stop();
  receiver.stop();
  await removeDirectory(directory);
});

function change(settings: Readonly<Record<string, unknown>>) {
  return root.call("PATCH", "settings", { headers: { "if-match": "*" }, body: { settings } });
}

function testNotice(channel: string) {
  return root.call("POST", "notifications/test", { body: { channel } });
}

test("what cannot work is refused at its field, and paths are not taken", async () => {
  const wrong: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ "notify.email_to": ["ops@admins.test"] }, "notify.smtp_server"],
    [{ "notify.smtp_user": "postern" }, "notify.smtp_user"],
    [{ "notify.webhook_url": "http://127.0.0.1/" }, "notify.webhook_url"],
    [{ "notify.smtp_security": "none" }, "notify.smtp_security"],
    [{ "notify.email_to": ["ops@admins.test\r\nBcc: x@y.test"] }, "notify.email_to"],
    [{ "notify.smtp_password_file": "/etc/passwd" }, "notify.smtp_password_file"],
    [{ "notify.webhook_secret_file": "/etc/passwd" }, "notify.webhook_secret_file"],
    [{ "notify.kinds": ["store", "weather"] }, "notify.kinds"],
  ];
  for (const [settings, field] of wrong) {
    const { status, body } = await change(settings);
    assert.equal(status, 422, field);
    assert.deepEqual(
      body.fields.map((each: { field: string }) => each.field),
      [field],
    );
  }
});

test("where the password of the configuration goes, the console cannot change", async () => {
  const text = `${localConfiguration(directory)}[notify]\nsmtp_server = "mail.example.org"\nsmtp_password_file = "secret"\n`;
  const settings = LiveSettings.open({ text, environment: {} });
  await assert.rejects(settings.change({ "notify.smtp_server": "evil.example.org" }), (error) => {
    assert.ok(hasCode(error, "config/invalid"));
    assert.deepEqual(
      error.fields.map(({ field }) => field),
      ["notify.smtp_server"],
    );
    return true;
  });
  assert.equal(settings.view.notify.smtpServer, "mail.example.org");
  const shown = describeSettings(settings).sections.flatMap((section) => section.settings);
  assert.equal(shown.find(({ name }) => name === "notify.smtp_server")?.fixedBy, "secret");
});

test("a test of what nobody set up says so", async () => {
  const { status, body } = await testNotice("webhook");
  assert.equal(status, 409);
  assert.equal(body.code, "notify/not-configured");
  assert.equal((await testNotice("pigeon")).status, 400);
  assert.deepEqual((await root.call("GET", "status")).body.notices, []);
});

test("a test notice arrives, its reply is shown, and the audit trail has it", async () => {
  assert.equal((await change({ "notify.webhook_url": `https://127.0.0.1:${receiver.port}/` })).status, 200);
  const { status, body } = await testNotice("webhook");
  assert.equal(status, 200);
  assert.deepEqual([body.channel, body.outcome, body.reply], ["webhook", "delivered", "HTTP status 204"]);
  assert.equal(receiver.requests.length, 1);
  assert.equal(JSON.parse(receiver.requests[0]?.body ?? "").type, "test");
  const audit = await root.call("GET", "audit?limit=1");
  const { action, subject, actor, after: seen } = audit.body.entries[0];
  assert.deepEqual(
    { action, subject, actor, seen },
    {
      action: "notice.tested",
      subject: "webhook",
      actor: "console:root",
      seen: { outcome: "delivered", reply: "HTTP status 204" },
    },
  );
  const [state] = (await root.call("GET", "status")).body.notices;
  assert.deepEqual([state.channel, state.outcome, state.failures], ["webhook", "delivered", 0]);
});

test("the signature is what the manual's line computes, with a secret of the libraries' form", {
  skip: skipWithoutPeers(["openssl"]),
}, async () => {
  const key = randomBytes(32).toString("base64");
  const shown = `printf '%s.%s.%s' "$id" "$timestamp" "$body" | openssl dgst -sha256 -hmac "$secret" -binary | base64`;
  const manual = await readFile(join(import.meta.dirname, "../../docs/manual/notifications.md"), "utf8");
  assert.ok(manual.includes(shown));
  for (const [secret, line] of [
    ["plain words", shown],
    // The key itself holds octets that no variable of a shell does.
    [
      `whsec_${key}`,
      shown.replace('-hmac "$secret"', `-mac HMAC -macopt hexkey:${Buffer.from(key, "base64").toString("hex")}`),
    ],
  ] as const) {
    await writeFile(secretFile, `${secret}\n`);
    assert.equal((await testNotice("webhook")).body.outcome, "delivered");
    const { headers, body } = receiver.requests.at(-1) ?? assert.fail("no request");
    const env = { id: String(headers["webhook-id"]), timestamp: String(headers["webhook-timestamp"]), body, secret };
    const { stdout } = await runProgram("sh", ["-c", line], { env });
    assert.equal(headers["webhook-signature"], `v1,${stdout.toString().trim()}`);
  }
});

test("a refusal is shown without what the answer said, and the overview tells of it", async () => {
  receiver.status = 403;
  const { status, body } = await testNotice("webhook");
  assert.deepEqual([status, body.outcome, body.reply], [200, "refused", "HTTP status 403"]);
  const { attention } = (await root.call("GET", "overview")).body;
  const found = attention.filter(({ code }: { code: string }) => code === "notice-not-delivered");
  assert.deepEqual(
    found.map(({ values }: { values: unknown }) => values),
    [{ channel: "webhook", failures: 1, cause: "HTTP status 403" }],
  );
  receiver.status = 204;
  await testNotice("webhook");
  const later = (await root.call("GET", "overview")).body.attention;
  assert.ok(!later.some(({ code }: { code: string }) => code === "notice-not-delivered"));
});

test("only who may change settings sends a test", async () => {
  const operator = await world.person("operator", "operator");
  const { status } = await operator.call("POST", "notifications/test", { body: { channel: "webhook" } });
  assert.equal(status, 403);
});

test("the command line does the same, and status shows how the channel does", async () => {
  const config = join(directory, "postern.toml");
  await writeFile(config, localConfiguration(world.directory));
  const run = (...words: readonly string[]) =>
    runProgram(process.execPath, [program, ...words, "--config", config], { accept: [0, 1] });
  const sent = await run("notify", "test", "webhook");
  assert.equal(sent.code, 0, sent.stderr);
  assert.match(sent.stdout.toString(), /was delivered.*\n.*HTTP status 204/);
  assert.match((await run("status")).stdout.toString(), /Notices by webhook +last delivered/);
  receiver.status = 500;
  const refused = await run("notify", "test", "webhook", "--json");
  assert.equal(refused.code, 1);
  assert.equal(JSON.parse(refused.stdout.toString()).outcome, "refused");
  receiver.status = 204;
  assert.equal((await run("notify", "test", "email")).code, 1);
});
