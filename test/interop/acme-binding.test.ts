// SPDX-License-Identifier: Apache-2.0
/** External account binding (RFC 8555 §7.3.4) against Pebble, which takes no other accounts here. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ApiClient } from "../support/api-client.ts";
import { ApiWorld } from "../support/api-world.ts";
import { Pebble } from "../support/pebble.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { waitFor } from "../support/wait-for.ts";

const skip = skipWithoutPeers(["pebble", "pebble-challtestsrv"]);
const keyId = "postern-1";
const [right, wrong] = [7, 8].map((octet) => Buffer.alloc(32, octet).toString("base64url"));

let pebble: Pebble;
let world: ApiWorld;
let root: ApiClient;
let directory: string;
let hmacFile: string;

before(async () => {
  if (skip !== false) return;
  directory = await temporaryDirectory("binding");
  hmacFile = join(directory, "hmac");
  pebble = await Pebble.start({ macKeys: { [keyId]: right ?? "" } });
  await writeFile(hmacFile, `${wrong}\n`, { mode: 0o600 });
  const configuration = `
[acme]
ca_file = ${JSON.stringify(pebble.caFile)}
directory_url = ${JSON.stringify(pebble.directoryUrl)}
http_listen = ["127.0.0.1:${pebble.httpPort}"]
eab_key_id = "${keyId}"
eab_hmac_file = ${JSON.stringify(hmacFile)}
`;
  world = await ApiWorld.start({}, { configuration });
  root = await world.root();
});

after(async () => {
  await world?.stop();
  await pebble?.stop();
  if (directory !== undefined) await removeDirectory(directory);
});

async function ask() {
  await root.call("POST", "certificate/acme", { body: { agreeTerms: true, names: ["bound.postern.test"] } });
  await waitFor("the order to end", async () => {
    const { acme } = (await root.call("GET", "certificate")).body;
    return acme.state !== "ordering" && acme.state !== "due";
  });
  return (await root.call("GET", "certificate")).body;
}

test("another HMAC key is refused by the authority, whose words are told", { skip }, async () => {
  const { acme } = await ask();
  assert.equal(acme.lastError.code, "acme/refused");
  assert.match(acme.lastError.detail, /unauthorized|malformed/i);
  assert.ok(!JSON.stringify(acme).includes(wrong ?? "-"));
});

test("a file that is gone, or holds no key, is said without what is in it", { skip }, async () => {
  await writeFile(hmacFile, "no key, but a secret");
  const { acme } = await ask();
  assert.equal(acme.lastError.code, "config/unreadable");
  assert.match(acme.lastError.detail, /there is no HMAC key in base64url in it$/);
});

test("with the right one the account is bound, and a certificate comes", { skip }, async () => {
  await writeFile(hmacFile, `${right}\n`);
  const { acme, names } = await ask();
  assert.equal(acme.lastError, null);
  assert.deepEqual(names, ["bound.postern.test"]);
});

test("without one it is said what to set; the setting and its file go together", { skip }, async () => {
  const { AcmeAccount } = await import("../../src/certificate/acme/acme-account.ts");
  const { generateKeyPairSync } = await import("node:crypto");
  const { readFile } = await import("node:fs/promises");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const parts = { key: privateKey, contact: [], binding: undefined, signal: AbortSignal.timeout(60_000) };
  const ca = await readFile(pebble.caFile, "utf8");
  await assert.rejects(AcmeAccount.open({ ...parts, directoryUrl: pebble.directoryUrl, ca }), {
    code: "acme/refused",
    message: /set acme\.eab_key_id and acme\.eab_hmac_file/,
  });
  const body = { settings: { "acme.eab_key_id": "not bound" } };
  const answer = await root.call("PATCH", "settings", { headers: { "if-match": "*" }, body });
  assert.deepEqual([answer.status, answer.body.fields[0].code], [422, "key-id"]);
});
