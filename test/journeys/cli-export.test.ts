// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Decrypter } from "age-encryption";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { skipWithoutPeers } from "../support/peers.ts";
import { runProgram } from "../support/run-program.ts";
import { SmtpClient } from "../support/smtp-client.ts";

/** What arrives, octet by octet; each has something that an export could spoil. */
const contents = {
  plain: Buffer.from("From: a@example.com\r\nSubject: plain\r\n\r\nFrom here on\r\n>From there\r\n.dot\r\n\r\n"),
  binary: Buffer.concat([
    Buffer.from("Subject: binary\r\n\r\nbare\nlf, bare\rcr, nul \0, latin1 \xe4\r\n", "latin1"),
    Buffer.from("no line end at the end"),
  ]),
  long: Buffer.from(`Subject: long\r\n\r\n${"0123456789".repeat(20_000)}\r\n`),
};

const program = join(import.meta.dirname, "../../bin/postern.cjs");
const withoutPython = skipWithoutPeers(["python3"]);
let gateway: GatewayProcess;
let mailbox: CreatedMailbox;

before(async () => {
  gateway = await GatewayProcess.start({ configuration: "[seal]\nscrypt_work_factor = 10" });
  mailbox = await gateway.createMailbox("Journal");
  const client = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { rejectUnauthorized: false } });
  for (const content of Object.values(contents)) {
    await client.deliver({
      from: "journal@example.com",
      to: [mailbox.address],
      content,
      chunkBytes: [7000],
    });
  }
  await client.command("QUIT", 221);
});

after(async () => gateway.remove());

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function exportTo(name: string, ...options: readonly string[]) {
  const path = join(gateway.directory, name);
  const result = await runProgram(
    process.execPath,
    [program, "export", mailbox.id, "--to", path, "--config", gateway.configurationFile, ...options],
    { env: { POSTERN_PASSWORD: mailbox.password }, accept: [0, 1, 2] },
  );
  return { path, ...result };
}

test("eml: the exact received octets (I2), with the envelope beside them, while the gateway runs", async () => {
  const { path, code, stdout } = await exportTo("eml", "--json");
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout.toString()).exported, 3);
  const files = await readdir(path);
  const found = await Promise.all(
    files.filter((name) => name.endsWith(".eml")).map(async (name) => sha256(await readFile(join(path, name)))),
  );
  assert.deepEqual(found.toSorted(), Object.values(contents).map(sha256).toSorted());
  const envelopes = await Promise.all(
    files
      .filter((name) => name.endsWith(".json"))
      .map(async (name) => JSON.parse((await readFile(join(path, name))).toString())),
  );
  assert.equal(envelopes.length, 3);
  for (const envelope of envelopes) {
    assert.equal(envelope.mailbox, mailbox.id);
    assert.equal(envelope.reversePath, "journal@example.com");
    assert.deepEqual(envelope.recipients, [mailbox.address]);
    assert.equal(envelope.contentSha256, sha256(await readFile(join(path, `${envelope.uniqueId}.eml`))));
  }
  const binary = envelopes.find((envelope) => envelope.contentSha256 === sha256(contents.binary));
  assert.deepEqual(binary.deviations.toSorted(), ["bareCr", "bareLf", "noFinalCrlf", "nul"]);
  for (const name of files) assert.equal((await stat(join(path, name))).mode & 0o777, 0o600);
});

test("a second export into the same place overwrites nothing and says so", async () => {
  const { path } = await exportTo("twice");
  const name = (await readdir(path)).find((each) => each.endsWith(".eml")) ?? "";
  await writeFile(join(path, name), "mine");
  const second = await exportTo("twice");
  assert.equal(second.code, 1);
  assert.match(second.stderr, /cli\/exists/);
  assert.equal((await readFile(join(path, name))).toString(), "mine");
});

test("mbox: Python's reader finds the messages, with the trace block on top", { skip: withoutPython }, async () => {
  const { path, code } = await exportTo("journal.mbox", "--format", "mbox");
  assert.equal(code, 0);
  const { stdout } = await runProgram("python3", [
    "-c",
    "import mailbox,sys,json,re\nprint(json.dumps([[m['Return-Path'], m['X-Postern-Mailbox'], m['Subject'], len(m.get_payload())] for m in mailbox.mbox(sys.argv[1])]))",
    path,
  ]);
  const messages: unknown[][] = JSON.parse(stdout.toString());
  assert.deepEqual(messages.map(([, , subject]) => String(subject)).toSorted(), ["binary", "long", "plain"]);
  for (const [returnPath, id] of messages) assert.deepEqual([returnPath, id], ["<journal@example.com>", mailbox.id]);
  // mboxrd: one more mark for each line that could be taken for the start of a message.
  assert.match((await readFile(path)).toString("latin1"), /\n>From here on\n>>From there\n\.dot\n/);
});

test("maildir: Python's reader finds the messages in new, nothing is left in tmp", {
  skip: withoutPython,
}, async () => {
  const { path, code } = await exportTo("maildir", "--format", "maildir");
  assert.equal(code, 0);
  assert.deepEqual(await readdir(join(path, "tmp")), []);
  const { stdout } = await runProgram("python3", [
    "-c",
    "import mailbox,sys,json\nprint(json.dumps(sorted(m['Subject'] for m in mailbox.Maildir(sys.argv[1], create=False))))",
    path,
  ]);
  assert.deepEqual(JSON.parse(stdout.toString()), ["binary", "long", "plain"]);
  const [name = ""] = await readdir(join(path, "new"));
  const file = await readFile(join(path, "new", name));
  const end = Buffer.from("X-Postern-Trace: end\r\n");
  assert.equal(sha256(file.subarray(file.indexOf(end) + end.length)), sha256(contents.plain));
});

test("age: another implementation opens the sealed files with the password alone", async () => {
  const { path, code } = await exportTo("age", "--format", "age");
  assert.equal(code, 0);
  const keeper = new Decrypter();
  keeper.addPassphrase(mailbox.password);
  const opener = new Decrypter();
  opener.addIdentity((await keeper.decrypt(await readFile(join(path, "identity.age")), "text")).trim());
  const sealed = (await readdir(path)).filter((name) => name !== "identity.age");
  assert.equal(sealed.length, 3);
  for (const name of sealed) {
    const plain = Buffer.from(await opener.decrypt(await readFile(join(path, name))));
    assert.match(plain.toString("latin1"), /^Return-Path: <journal@example\.com>\r\n/);
  }
});

test("a wrong password leaves no trace", async () => {
  const path = join(gateway.directory, "wrong");
  const { code, stderr } = await runProgram(
    process.execPath,
    [program, "export", mailbox.id, "--to", path, "--config", gateway.configurationFile, "--json"],
    { env: { POSTERN_PASSWORD: "wrong" }, accept: [1] },
  );
  assert.equal(code, 1);
  assert.equal(JSON.parse(stderr).error.code, "seal/wrong-passphrase");
  await assert.rejects(stat(path), { code: "ENOENT" });
});

test("damaged messages are reported, the others exported, and the exit code tells", async () => {
  await gateway.stop();
  const segments = join(gateway.dataDirectory, "segments");
  const [segment = ""] = await readdir(segments);
  const file = join(segments, segment);
  // The last message is the long one; it loses its end.
  await truncate(file, (await stat(file)).size - 1000);
  await mkdir(join(gateway.directory, "damaged"));
  const { path, code, stdout, stderr } = await exportTo("damaged", "--json");
  assert.equal(code, 1);
  const { exported, failed } = JSON.parse(stdout.toString());
  assert.deepEqual([exported, failed.length], [2, 1]);
  assert.match(failed[0].code, /^(?:seal\/damaged-payload|store\/damaged)$/);
  assert.equal(JSON.parse(stderr).error.code, "cli/incomplete");
  assert.equal((await readdir(path)).length, 4);
  const mbox = await exportTo("damaged.mbox", "--format", "mbox");
  assert.equal(mbox.code, 1);
  assert.equal((await readFile(mbox.path)).toString("latin1").match(/^From /gm)?.length, 2);
});
