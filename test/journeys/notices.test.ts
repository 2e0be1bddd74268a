// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, before, beforeEach, test } from "node:test";
import { hasCode } from "../../src/base/errors.ts";
import type { Fault } from "../../src/store/writer/faults.ts";
import { FakeAuthority, selfSigned } from "../support/fake-certificates.ts";
import { LocalGateway, type LocalGatewayParts, type LocalMailbox } from "../support/local-gateway.ts";
import { PlainMailServer, readMessage, WebhookReceiver } from "../support/notice-receivers.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { Postfix } from "../support/postfix.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { waitFor } from "../support/wait-for.ts";

/** The first message is kept, the second meets the fault, and so do ten looks, a second apart. */
const failing: Fault = { operation: "append", from: 2, times: 11, code: "EIO" };

let authority: FakeAuthority;
let directory: string;
let caFile: string;
let gateways: LocalGateway[];

before(async () => {
  authority = await FakeAuthority.create();
});

beforeEach(async () => {
  directory = await temporaryDirectory("notices");
  caFile = join(directory, "ca.pem");
  await writeFile(caFile, authority.pem);
  gateways = [];
});

afterEach(async () => {
  await Promise.all(gateways.map(({ gateway }) => gateway.stop()));
  await removeDirectory(directory);
});

async function start(notify: string, parts: LocalGatewayParts = {}): Promise<LocalGateway> {
  const configuration = `[notify]\n${notify}\nca_file = ${JSON.stringify(caFile)}\n`;
  const local = await LocalGateway.start(directory, { ...parts, configuration });
  gateways.push(local);
  return local;
}

async function deliver(local: LocalGateway, mailbox: LocalMailbox, text = "first"): Promise<number> {
  const client = await local.smtp();
  await client.command("MAIL FROM:<a@example.com>", 250);
  await client.command(`RCPT TO:<${mailbox.address}>`, 250);
  await client.command("DATA", 354);
  const { code } = await client.data(Buffer.from(`Subject: a\r\n\r\n${text}\r\n`));
  await client.quit();
  return code;
}

/** Makes the store fail, as `failing` plans it. */
async function fail(local: LocalGateway): Promise<void> {
  const mailbox = await local.createMailbox();
  assert.equal(await deliver(local, mailbox), 250);
  assert.equal(await deliver(local, mailbox, "second"), 451);
}

test("a store that fails and works again is told by Postfix's hand, once each, over STARTTLS", {
  skip: skipWithoutPeers(["postfix", "python3"], { root: true }),
}, async (t) => {
  const certificate = await authority.issue(["localhost"]);
  const [certificateFile, keyFile] = [join(directory, "mx.pem"), join(directory, "mx.key")];
  await writeFile(certificateFile, certificate.pem);
  await writeFile(keyFile, certificate.key);
  const maildir = join(directory, "Maildir");
  await mkdir(maildir);
  await chmod(directory, 0o755);
  await chmod(maildir, 0o777);
  const postfix = await Postfix.start({
    maildir,
    more: `smtpd_tls_cert_file = ${certificateFile}\nsmtpd_tls_key_file = ${keyFile}\nsmtpd_tls_security_level = encrypt\nsmtpd_tls_loglevel = 1`,
  });
  t.after(() => postfix.stop());
  const local = await start(
    `email_to = ["ops@admins.test", "boss@admins.test"]\nsmtp_server = "localhost:${postfix.port}"`,
    { storeFaults: [failing] },
  );
  await fail(local);
  await waitFor("the all-clear", () => local.count("notify/delivered") === 2);
  await postfix.drained();
  const names = (await readdir(join(maildir, "new"))).toSorted();
  const messages = await Promise.all(
    names.map(async (name) => readMessage(await readFile(join(maildir, "new", name)))),
  );
  const [began, over] = ["cannot write", "Over"].map((word) =>
    messages.filter(({ header }) => header["subject"]?.includes(word)),
  );
  // Two recipients have a copy each.
  assert.equal(began?.length, 2);
  assert.equal(over?.length, 2);
  assert.equal(messages.length, 4);
  const [notice] = began;
  assert.deepEqual(notice?.defects, []);
  assert.equal(notice.header["subject"], "[Postern localhost] The gateway cannot write to its disk");
  assert.equal(notice.header["auto-submitted"], "auto-generated");
  assert.match(notice.header["message-id"] ?? "", /^<[0-9a-f-]{36}@localhost>$/);
  assert.match(notice.header["from"] ?? "", /<postern@localhost>/);
  assert.match(notice.body, /Senders are asked to come again later, so no mail is lost yet/);
  assert.match(over[0]?.body ?? "", /The gateway writes to its disk again/);
  assert.match(await postfix.log(), /TLS connection established from/);
  assert.equal((await stat(join(directory, "data", "notices.json"))).mode & 0o777, 0o600);
});

test("a webhook gets JSON with a signature that the receiver can compute, and no secret is logged", async (t) => {
  const receiver = await WebhookReceiver.start(await authority.issue(["localhost", "127.0.0.1"]));
  t.after(() => receiver.stop());
  const secret = "a secret of letters and digits 123";
  await writeFile(join(directory, "secret"), `${secret}\n`);
  const local = await start(
    `webhook_url = "https://127.0.0.1:${receiver.port}/hook?a=b"\nwebhook_secret_file = ${JSON.stringify(join(directory, "secret"))}`,
    { storeFaults: [failing] },
  );
  await fail(local);
  await waitFor("the all-clear", () => local.count("notify/delivered") === 2);
  assert.equal(receiver.requests.length, 2);
  for (const { method, path, headers, body } of receiver.requests) {
    assert.deepEqual(
      { method, path, type: headers["content-type"] },
      { method: "POST", path: "/hook?a=b", type: "application/json" },
    );
    const { "webhook-id": id, "webhook-timestamp": seconds } = headers;
    const expected = createHmac("sha256", secret)
      .update(`${String(id)}.${String(seconds)}.${body}`)
      .digest("base64");
    assert.equal(headers["webhook-signature"], `v1,${expected}`);
    assert.equal(JSON.parse(body).id, id);
    assert.ok(Math.abs(Number(seconds) * 1000 - Date.now()) < 300_000);
  }
  const [began, over] = receiver.requests.map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    began.began.map(({ code, severity }: { code: string; severity: string }) => ({ code, severity })),
    [{ code: "store-failing", severity: "error" }],
  );
  assert.equal(began.gateway, "localhost");
  assert.deepEqual(
    over.ended.map(({ code }: { code: string }) => code),
    ["store-failing"],
  );
  assert.equal(over.began.length, 0);
  assert.ok(!JSON.stringify(local.events).includes(secret));
});

test("a restart repeats nothing, and tells what was not told before", async (t) => {
  const receiver = await WebhookReceiver.start(await authority.issue(["127.0.0.1"]));
  t.after(() => receiver.stop());
  const webhook = `webhook_url = "https://127.0.0.1:${receiver.port}/"`;
  const clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() };
  let aheadMs = 0;
  const first = await start(webhook, { clock });
  const mailbox = await first.createMailbox();
  assert.equal(await deliver(first, mailbox), 250);
  await first.gateway.stop();
  assert.equal(receiver.requests.length, 0);

  aheadMs = 4 * 86_400_000;
  const second = await start(webhook, { clock });
  await waitFor("the notice", () => second.count("notify/delivered") === 1);
  const [notice] = receiver.requests.map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    notice.began.map((each: { code: string; mailbox: string }) => [each.code, each.mailbox]),
    [["mailbox-not-pulled", mailbox.id]],
  );
  assert.equal(notice.began[0].mailboxName, "test");
  await second.gateway.stop();

  const third = await start(webhook, { clock });
  const client = await third.pop3(mailbox);
  await client.command("DELE 1");
  await client.quit();
  await third.gateway.stop();
  assert.equal(receiver.requests.length, 1, "no notice of the same day again");
  const record = await readFile(join(directory, "data", "notices.json"), "utf8");
  assert.ok(!record.includes('"test"'), "no names in the record");

  const fourth = await start(webhook, { clock });
  await waitFor("the all-clear", () => receiver.requests.length === 2);
  const over = JSON.parse(receiver.requests[1]?.body ?? "");
  assert.equal(over.ended[0].title, "What waited in “test” was pulled.");
  await fourth.gateway.stop();
});

test("a store that ends takes the gateway down, and the next start tells of it", async (t) => {
  const receiver = await WebhookReceiver.start(await authority.issue(["127.0.0.1"]));
  t.after(() => receiver.stop());
  const webhook = `webhook_url = "https://127.0.0.1:${receiver.port}/"`;
  const crash: Fault = { operation: "index-commit", from: 3, times: 1, code: "crash" };
  const local = await start(webhook, { storeFaults: [crash] });
  await fail(local);
  assert.ok(hasCode(await local.gateway.failed, "store/ended"));
  // As `serve` does it, at once.
  await local.gateway.stop();
  assert.equal(receiver.requests.length, 0);
  await start(webhook);
  await waitFor("the notice", () => receiver.requests.length === 1);
  const { began, passed } = JSON.parse(receiver.requests[0]?.body ?? "");
  assert.deepEqual(
    began.map(({ key }: { key: string }) => key),
    ["error-logged store/ended"],
  );
  assert.match(began[0].title, /a thread of the store has ended/);
  assert.deepEqual(
    passed.map(({ key }: { key: string }) => key),
    ["store-failing"],
  );
});

test("a mail server without STARTTLS gets neither the notice nor the password (I5)", async (t) => {
  const server = await PlainMailServer.start();
  t.after(() => server.stop());
  const password = "very secret password";
  await writeFile(join(directory, "password"), `${password}\n`);
  const local = await start(
    `email_to = ["ops@admins.test"]\nsmtp_server = "localhost:${server.port}"\nsmtp_user = "postern"\nsmtp_password_file = ${JSON.stringify(join(directory, "password"))}`,
    { storeFaults: [failing] },
  );
  await fail(local);
  await waitFor("the failure", () => local.count("notify/not-delivered") === 1);
  const heard = server.heard.join("");
  assert.match(heard, /^EHLO localhost\r\n/);
  assert.doesNotMatch(heard, /AUTH|MAIL|Subject|secret/i);
  const cause = local.events.find(({ code }) => code === "notify/not-delivered")?.fields["cause"];
  assert.match(String(cause), /offers no encryption/);
  assert.ok(!JSON.stringify(local.events).includes(password));
  assert.equal(local.count("notify/delivered"), 0);
});

for (const [what, certificate] of [
  ["a self-signed certificate", () => selfSigned("127.0.0.1")],
  ["a certificate for another name", () => authority.issue(["other.test"])],
  ["an expired certificate", () => authority.issue(["127.0.0.1"], "2001-01-01")],
] as const) {
  test(`a webhook with ${what} gets nothing`, async (t) => {
    const receiver = await WebhookReceiver.start(await certificate());
    t.after(() => receiver.stop());
    const local = await start(`webhook_url = "https://127.0.0.1:${receiver.port}/"`, { storeFaults: [failing] });
    await fail(local);
    await waitFor("the failure", () => local.count("notify/not-delivered") === 1);
    assert.equal(receiver.requests.length, 0);
  });
}

test("a redirect is not followed, and nothing of the answer is shown", async (t) => {
  const [receiver, elsewhere] = await Promise.all(
    [0, 1].map(async () => WebhookReceiver.start(await authority.issue(["127.0.0.1"]))),
  );
  assert.ok(receiver !== undefined && elsewhere !== undefined);
  t.after(() => [receiver, elsewhere].map((each) => each.stop()));
  receiver.status = 307;
  receiver.location = `https://127.0.0.1:${elsewhere.port}/`;
  const local = await start(`webhook_url = "https://127.0.0.1:${receiver.port}/"`, { storeFaults: [failing] });
  await fail(local);
  await waitFor("the failure", () => local.count("notify/not-delivered") === 1);
  assert.equal(elsewhere.requests.length, 0);
  assert.doesNotMatch(JSON.stringify(local.events), /inner network/);
});

test("nothing is sent and nothing written when nothing is set up", async () => {
  const local = await start("", { storeFaults: [failing] });
  await fail(local);
  await waitFor("the disk to be well", () => local.count("store/working-again") === 1);
  await local.gateway.stop();
  assert.deepEqual(
    local.events.filter(({ code }) => code.startsWith("notify/")),
    [],
  );
  assert.ok(!(await readdir(join(directory, "data"))).includes("notices.json"));
});
