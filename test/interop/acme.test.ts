// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import { systemClock } from "../../src/base/clock.ts";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";
import { Pebble, validitySeconds } from "../support/pebble.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { waitFor } from "../support/wait-for.ts";

const skip = skipWithoutPeers(["pebble", "pebble-challtestsrv"]);

let pebble: Pebble;
let world: ApiWorld;
let root: ApiClient;
let aheadMs = 0;

before(async () => {
  if (skip !== false) return;
  pebble = await Pebble.start();
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
  const configuration = `
[acme]
ca_file = ${JSON.stringify(pebble.caFile)}
directory_url = ${JSON.stringify(pebble.directoryUrl)}
http_listen = ["127.0.0.1:${pebble.httpPort}"]
tls_listen = ["127.0.0.1:${pebble.tlsPort}"]
`;
  world = await ApiWorld.start({}, { configuration, clock });
  root = await world.root();
});

after(async () => {
  await world?.stop();
  await pebble?.stop();
});

interface Shown {
  readonly names: string;
  readonly issuer: string;
  readonly fingerprint: string;
}

/** What a stranger sees at a port with TLS from the first octet. */
async function shown(service: "pop3s" | "console"): Promise<Shown> {
  const socket = connect({ port: world.local.gateway.port(service), host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return {
    names: certificate.subjectaltname ?? "",
    issuer: String(certificate.issuer.CN),
    fingerprint: certificate.fingerprint256,
  };
}

async function ask(body: object): Promise<void> {
  const answer = await root.call("POST", "certificate/acme", { body });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
}

async function settled() {
  await waitFor("the order to end", async () => {
    const { body } = await root.call("GET", "certificate");
    return body.acme.state !== "ordering" && body.acme.state !== "due";
  });
  return (await root.call("GET", "certificate")).body;
}

/** What the overview asks to look at. */
async function renewalAttention() {
  const { attention } = (await root.call("GET", "overview")).body;
  return attention
    .filter(({ code }: { code: string }) => code === "certificate-renewal-failing")
    .map(({ code, values }: { code: string; values: { cause: string } }) => [code, values.cause]);
}

test("http-01: two names, a private file, every listener, and the port is closed afterwards", { skip }, async () => {
  assert.match((await shown("pop3s")).issuer, /localhost/);
  await ask({ agreeTerms: true, names: ["mail.postern.test", "archive.postern.test"], contact: ["anna@postern.test"] });
  const view = await settled();
  assert.equal(view.acme.lastError, null);
  assert.equal(view.acme.state, "issued");
  assert.equal(view.source, "acme");
  assert.deepEqual(view.names.toSorted(), ["archive.postern.test", "mail.postern.test"]);
  for (const service of ["pop3s", "console"] as const) {
    const seen = await shown(service);
    assert.equal(seen.fingerprint, view.fingerprint, service);
    assert.match(seen.issuer, /Pebble Intermediate/);
    assert.match(seen.names, /DNS:mail\.postern\.test/);
  }
  const kept = join(world.directory, "data", "tls", "acme.pem");
  assert.equal((await stat(kept)).mode & 0o777, 0o600);
  assert.match(await readFile(kept, "utf8"), /^-----BEGIN PRIVATE KEY-----/);
  assert.equal((await stat(join(world.directory, "data", "tls", "acme.json"))).mode & 0o777, 0o600);
  await assert.rejects(once(request({ port: pebble.httpPort, host: "127.0.0.1" }).end(), "response"), /ECONNREFUSED/);
});

test("a renewal is taken by every listener, and a session that is open goes on", { skip }, async () => {
  const mailbox = await world.local.createMailbox();
  const session = await world.local.pop3(mailbox);
  const old = await shown("pop3s");
  await ask({});
  assert.equal((await settled()).fingerprint, old.fingerprint, "it is not time yet");

  aheadMs = (validitySeconds * 2000) / 3 + 1000;
  await ask({});
  const view = await settled();
  assert.notEqual(view.fingerprint, old.fingerprint);
  assert.equal((await shown("pop3s")).fingerprint, view.fingerprint);
  assert.equal((await shown("console")).fingerprint, view.fingerprint);
  assert.equal(world.local.count("acme/issued"), 2);
  assert.equal(await session.command("STAT"), "0 0");
  await session.quit();
  aheadMs = 0;
});

test("asked for by hand it is renewed though it is not time, and the trail names who asked", { skip }, async () => {
  const old = await shown("pop3s");
  const issued = world.local.count("acme/issued");
  const answer = await root.call("POST", "certificate/renew");
  assert.equal(answer.status, 202);
  await waitFor("another certificate", () => world.local.count("acme/issued") > issued);
  const view = await settled();
  assert.notEqual(view.fingerprint, old.fingerprint);
  assert.equal((await shown("pop3s")).fingerprint, view.fingerprint);
  const { entries } = (await root.call("GET", "audit?action=certificate.renew")).body;
  assert.deepEqual([entries.length, entries[0].actor], [1, "console:root"]);
});

test("tls-alpn-01", { skip }, async () => {
  await ask({ names: ["alpn.postern.test"], challenge: "tls-alpn-01" });
  const view = await settled();
  assert.equal(view.acme.lastError, null);
  assert.deepEqual(view.names, ["alpn.postern.test"]);
  assert.match((await shown("pop3s")).names, /alpn\.postern\.test/);
});

test("a challenge that fails: the old certificate stays, and the authority's words are told", { skip }, async () => {
  const old = await shown("pop3s");
  const patch = { headers: { "if-match": "*" } };
  await root.call("PATCH", "settings", { ...patch, body: { settings: { "acme.tls_listen": ["127.0.0.1:0"] } } });
  const failures = world.local.count("acme/failed");
  await ask({ names: ["elsewhere.postern.test"] });
  await waitFor("the failure", () => world.local.count("acme/failed") > failures);
  const view = await settled();
  assert.equal(view.acme.state, "failing");
  assert.equal(view.acme.lastError.code, "acme/challenge-failed");
  assert.match(view.acme.lastError.detail, /elsewhere\.postern\.test: unauthorized: Failed to connect to 127\.0\.0\.1/);
  assert.ok(Date.parse(view.acme.nextAttemptAt) > Date.parse(view.acme.lastAttemptAt));
  assert.equal((await shown("pop3s")).fingerprint, old.fingerprint);
  assert.deepEqual(await renewalAttention(), [["certificate-renewal-failing", "acme/challenge-failed"]]);

  await root.call("PATCH", "settings", { ...patch, body: { settings: { "acme.tls_listen": null } } });
  await ask({});
  await waitFor("the certificate", async () => (await shown("pop3s")).names === "DNS:elsewhere.postern.test");
  assert.equal((await settled()).acme.lastError, null);
  assert.deepEqual(await renewalAttention(), []);
});

test("an authority that is not there is told apart, and what is asked for is in the audit trail", {
  skip,
}, async () => {
  const old = await shown("console");
  const failures = world.local.count("acme/failed");
  await ask({ directoryUrl: "https://localhost:1/dir" });
  await waitFor("the failure", () => world.local.count("acme/failed") > failures);
  const view = await settled();
  assert.equal(view.acme.lastError.code, "acme/unreachable");
  assert.equal((await shown("console")).fingerprint, old.fingerprint);
  const { entries } = (await root.call("GET", "audit?limit=1")).body;
  assert.equal(entries[0].action, "certificate.acme");
  assert.equal(entries[0].after.acme.directoryUrl, "https://localhost:1/dir");
  const removed = await root.call("DELETE", "certificate");
  assert.equal(removed.body.source, "self-signed");
  assert.equal(removed.body.acme.state, "off");
  const renewed = await root.call("POST", "certificate/renew");
  assert.deepEqual([renewed.status, renewed.body.code], [409, "certificate/not-automatic"]);
});

test("what answers http-01 knows the pending token and nothing else", { skip }, async () => {
  const { HttpAnswerer } = await import("../../src/certificate/acme/http-answerer.ts");
  const answerer = await HttpAnswerer.open([{ host: "127.0.0.1", port: pebble.httpPort }]);
  try {
    await answerer.present({ name: "a.test", token: "abc", keyAuthorization: "abc.def" });
    const get = async (method: string, path: string) => {
      const sent = request({ port: pebble.httpPort, host: "127.0.0.1", method, path }).end();
      const [answer] = await once(sent, "response");
      return [answer.statusCode, await text(answer)];
    };
    const folder = "/.well-known/acme-challenge";
    assert.deepEqual(await get("GET", `${folder}/abc`), [200, "abc.def"]);
    for (const path of [
      "/",
      folder,
      `${folder}/`,
      `${folder}/abd`,
      `${folder}/../abc`,
      `${folder}/abc?x`,
      "/__proto__",
    ])
      assert.deepEqual(await get("GET", path), [404, ""], path);
    assert.deepEqual(await get("POST", `${folder}/abc`), [404, ""]);
  } finally {
    await answerer.close();
  }
});
