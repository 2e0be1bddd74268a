// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";
import { FakeAuthority, type FakeCertificate, selfSigned } from "../support/fake-certificates.ts";

let world: ApiWorld;
let root: ApiClient;
let authority: FakeAuthority;
let good: FakeCertificate;

before(async () => {
  world = await ApiWorld.start();
  root = await world.root();
  authority = await FakeAuthority.create();
  good = await authority.issue(["mail.upload.test", "localhost"]);
});

after(() => world.stop());

async function shownName(): Promise<string> {
  const socket = connect({ port: world.local.gateway.port("pop3s"), host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { subjectaltname } = socket.getPeerCertificate();
  socket.destroy();
  return subjectaltname ?? "";
}

test("an uploaded certificate is shown at once, kept privately, and a session that is open goes on", async () => {
  const mailbox = await world.local.createMailbox();
  const session = await world.local.pop3(mailbox);
  const body = { certificate: good.pem + authority.pem, key: good.key };
  const answer = await root.call("PUT", "certificate", { body });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { source, names, selfSigned: own, chainLength, coversHostName, issuer } = answer.body;
  assert.deepEqual(
    { source, names, own, chainLength, coversHostName, issuer },
    {
      source: "uploaded",
      names: ["mail.upload.test", "localhost"],
      own: false,
      chainLength: 2,
      coversHostName: true,
      issuer: "CN=Test authority",
    },
  );
  assert.match(await shownName(), /mail\.upload\.test/);
  assert.equal(await session.command("STAT"), "0 0");
  await session.quit();
  const file = join(world.directory, "data", "tls", "uploaded.pem");
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.match(await readFile(file, "utf8"), /^-----BEGIN PRIVATE KEY-----/);

  const { entries } = (await root.call("GET", "audit?limit=1")).body;
  assert.equal(entries[0].action, "certificate.uploaded");
  assert.equal(entries[0].before.source, "self-signed");
  assert.equal(entries[0].after.fingerprint, answer.body.fingerprint);
  assert.doesNotMatch(JSON.stringify([entries, answer.body]), /PRIVATE/);
});

test("what clients would refuse is refused at its field, and the certificate of before is shown on", async () => {
  const other = await selfSigned("other.test");
  const expired = await authority.issue(["old.test"], "2001-01-01");
  const nameless = await selfSigned("nameless", []);
  const cases: readonly (readonly [string, { certificate: string; key: string }, string, RegExp])[] = [
    ["another key", { certificate: good.pem, key: other.key }, "key", /does not belong/],
    ["order", { certificate: authority.pem + good.pem, key: good.key }, "certificate", /belongs to certificate 2/],
    [
      "no chain",
      { certificate: good.pem + other.pem, key: good.key },
      "certificate",
      /1 was not issued by certificate 2/,
    ],
    ["expired", { certificate: expired.pem, key: expired.key }, "certificate", /ended on 2001-01-01/],
    ["no names", { certificate: nameless.pem, key: nameless.key }, "certificate", /no names/],
    ["no certificate", { certificate: "hello", key: good.key }, "certificate", /no certificate/],
    ["no key", { certificate: good.pem, key: good.pem }, "key", /no private key/],
    ["damaged", { certificate: good.pem.replace("MII", "MIJ"), key: good.key }, "certificate", /damaged/],
    [
      "key with password",
      { certificate: good.pem, key: good.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE") },
      "key",
      /password/,
    ],
  ];
  for (const [what, body, field, reason] of cases) {
    const { status, body: problem } = await root.call("PUT", "certificate", { body });
    assert.equal(status, 422, what);
    assert.equal(problem.code, "certificate/not-used", what);
    assert.equal(problem.fields[0].field, field, what);
    assert.match(problem.fields[0].reason, reason, what);
  }
  assert.match(await shownName(), /mail\.upload\.test/);
});

test("a kept file that somebody damaged is no reason to show nothing", async () => {
  const file = join(world.directory, "data", "tls", "uploaded.pem");
  const text = await readFile(file, "utf8");
  await writeFile(file, "nonsense");
  await world.local.gateway.lookAtCertificate();
  assert.match(await shownName(), /localhost/);
  assert.ok(world.local.count("listen/certificate-unusable") > 0);
  await writeFile(file, text);
  await world.local.gateway.lookAtCertificate();
  assert.match(await shownName(), /mail\.upload\.test/);
});

test("without agreed terms nothing is asked for; an auditor changes nothing", async () => {
  const answer = await root.call("POST", "certificate/acme", { body: { names: ["a.test"] } });
  assert.equal(answer.status, 422);
  assert.equal(answer.body.fields[0].field, "acme.agree_terms");
  assert.equal(world.local.count("acme/ordering"), 0);
  const auditor = await world.person("auditor", "auditor");
  assert.equal((await auditor.call("GET", "certificate")).status, 200);
  assert.equal((await auditor.call("DELETE", "certificate")).status, 403);
});

test("back to the self-signed one", async () => {
  const answer = await root.call("DELETE", "certificate");
  assert.equal(answer.body.source, "self-signed");
  assert.doesNotMatch(await shownName(), /upload/);
});

test("files of the configuration win, and the API says so", async () => {
  const directory = join(world.directory, "files");
  const pem = `${directory}.pem`;
  await writeFile(pem, good.pem);
  await writeFile(`${pem}.key`, good.key);
  const configured = await ApiWorld.start({ "tls.certificate_file": pem, "tls.key_file": `${pem}.key` });
  try {
    const administrator = await configured.root();
    assert.equal((await administrator.call("GET", "certificate")).body.source, "files");
    const body = { certificate: good.pem, key: good.key };
    const answer = await administrator.call("PUT", "certificate", { body });
    assert.deepEqual([answer.status, answer.body.code], [409, "certificate/from-files"]);
    assert.equal((await administrator.call("DELETE", "certificate")).status, 409);
    assert.equal((await administrator.call("POST", "certificate/acme", { body: { agreeTerms: true } })).status, 409);
  } finally {
    await configured.stop();
  }
});
