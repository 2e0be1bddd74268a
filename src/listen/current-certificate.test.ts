// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { type CertificatePair, createSelfSigned, loadCertificate } from "./certificate.ts";
import { CurrentCertificate } from "./current-certificate.ts";

let directory: string;
let events: string[];
const pairs: CertificatePair[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "postern-certificate-"));
  events = [];
  while (pairs.length < 2) pairs.push(await createSelfSigned([`mail${pairs.length}.example`]));
});

afterEach(() => rm(directory, { recursive: true }));

function pairOf(index: number): CertificatePair {
  const pair = pairs[index];
  assert.ok(pair);
  return pair;
}

/** As certbot lays it out: `live` has links to the newest of `archive`. */
async function renew(index: number, key = index): Promise<void> {
  const archive = join(directory, `archive${index}${key}`);
  await mkdir(archive, { recursive: true });
  await writeFile(join(archive, "chain.pem"), pairOf(index).certificate);
  await writeFile(join(archive, "key.pem"), pairOf(key).key);
  await mkdir(join(directory, "live"), { recursive: true });
  for (const name of ["chain.pem", "key.pem"]) {
    await symlink(join(archive, name), join(directory, "live", `${name}.new`));
    await rename(join(directory, "live", `${name}.new`), join(directory, "live", name));
  }
}

async function open(): Promise<CurrentCertificate> {
  await renew(0);
  const log = { event: (code: string) => void events.push(code), with: () => log };
  const load = () => loadCertificate(join(directory, "live/chain.pem"), join(directory, "live/key.pem"));
  return new CurrentCertificate(await load(), { load, log, minimumVersion: "TLSv1.2" });
}

function fingerprint(index: number): string {
  return new X509Certificate(pairOf(index).certificate).fingerprint256;
}

test("what a renewal put in place is shown from then on", async () => {
  const current = await open();
  const before = current.context;
  await current.look();
  assert.equal(current.context, before);
  await renew(1);
  await current.look();
  assert.notEqual(current.context, before);
  assert.equal(current.facts.fingerprint, fingerprint(1));
  assert.deepEqual(events, ["listen/certificate-renewed"]);
});

test("a renewal that is half done is waited for", async () => {
  const current = await open();
  await renew(1, 0);
  await current.look();
  await renew(1);
  await current.look();
  assert.equal(current.facts.fingerprint, fingerprint(1));
  assert.deepEqual(events, ["listen/certificate-renewed"]);
});

test("files that cannot be used leave the old certificate, and are told once", async () => {
  const current = await open();
  const { context } = current;
  await renew(1, 0);
  for (let look = 0; look < 4; look++) await current.look();
  assert.equal(current.context, context);
  assert.equal(current.facts.fingerprint, fingerprint(0));
  assert.deepEqual(events, ["listen/certificate-unusable"]);
  await rm(join(directory, "live"), { recursive: true });
  await current.look(true);
  assert.deepEqual(events, ["listen/certificate-unusable", "listen/certificate-unusable"]);
  assert.equal(current.context, context);
  await renew(0);
  await current.look();
  await renew(1, 0);
  await current.look(true);
  assert.equal(events.length, 3);
});
