// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { Server } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, mock, test } from "node:test";
import { connect } from "node:tls";
import { ControlClient } from "../../src/admin/control-client.ts";
import { createSelfSigned } from "../../src/listen/certificate.ts";
import { LocalGateway } from "../support/local-gateway.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory("start");
});

afterEach(() => removeDirectory(directory));

test("commands can reach the gateway before the first peer can", async () => {
  const listen = mock.method(Server.prototype, "listen");
  const local = await LocalGateway.start(directory);
  const [first, ...others] = listen.mock.calls.map((call) => call.arguments.at(0));
  listen.mock.restore();
  await local.gateway.stop();
  assert.match(String(first), /control\.sock$/);
  assert.equal(others.length, 2);
});

test("a renewed certificate is shown to new connections and to the administrator, without a restart", async () => {
  const [chain, key] = [join(directory, "chain.pem"), join(directory, "key.pem")];
  const pairs = [await createSelfSigned(["a.example"]), await createSelfSigned(["b.example"])];
  const seen: string[] = [];
  let local: LocalGateway | undefined;
  for (const pair of pairs) {
    await writeFile(chain, pair.certificate);
    await writeFile(key, pair.key);
    const configuration = `[tls]\ncertificate_file = ${JSON.stringify(chain)}\nkey_file = ${JSON.stringify(key)}\n`;
    local ??= await LocalGateway.start(directory, {
      configuration,
      overrides: { "listen.console": ["127.0.0.1:0"] },
    });
    await local.gateway.lookAtCertificate();
    const [mail, web] = [local.gateway.port("pop3s"), local.gateway.port("console")];
    seen.push(await shownCertificate(mail));
    assert.equal(await shownCertificate(web), seen.at(-1));
  }
  const control = await ControlClient.find(join(directory, "data", "control.sock"), "cli:test");
  const status = await control?.run("status", {}, () => undefined);
  await local?.gateway.stop();
  const wanted = pairs.map((pair) => new X509Certificate(pair.certificate).fingerprint256);
  assert.deepEqual(seen, wanted);
  assert.equal(status?.running?.certificateFingerprint, wanted[1]);
  assert.equal(status?.running?.ports.length, 3);
});

test("status counts what happened since the start", async () => {
  const local = await LocalGateway.start(directory);
  const mailbox = await local.createMailbox();
  const client = await local.smtp();
  const content = Buffer.from("Subject: a\r\n\r\nb\r\n");
  for (let count = 0; count < 2; count++)
    await client.deliver({ from: `${count}@example.com`, to: [mailbox.address], content });
  await client.command("MAIL FROM:<a@example.com>", 250);
  await client.command("RCPT TO:<a@elsewhere.example>", 550);
  const control = await ControlClient.find(join(directory, "data", "control.sock"), "cli:test");
  const status = await control?.run("status", {}, () => undefined);
  client.peer.destroy();
  await local.gateway.stop();
  const counters = status?.running?.counters ?? {};
  assert.equal(counters['postern_events_total{event="smtp/kept"}'], 2);
  assert.equal(counters['postern_refusals_total{cause="relay-denied",event="smtp/refused"}'], 1);
  assert.equal(counters['postern_events_total{event="smtp/repeated"}'], undefined);
});

async function shownCertificate(port: number): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
