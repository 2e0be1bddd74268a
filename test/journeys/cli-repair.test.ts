// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { GatewayProcess } from "../support/gateway-process.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { type ProgramResult, runProgram } from "../support/run-program.ts";
import { SmtpClient } from "../support/smtp-client.ts";

const program = join(import.meta.dirname, "../../bin/postern.cjs");
let gateway: GatewayProcess;

before(async () => {
  gateway = await GatewayProcess.start();
});

after(() => gateway.remove());

function postern(...args: readonly string[]): Promise<ProgramResult> {
  const all = [program, ...args, "--config", gateway.configurationFile];
  return runProgram(process.execPath, all, { accept: [0, 1, 2] });
}

test("verify names the lost message, repair says it, does it when told to, and then it is known damage", async () => {
  const mailbox = await gateway.createMailbox("repair");
  const client = await SmtpClient.open({ port: gateway.ports.smtp, startTls: { rejectUnauthorized: false } });
  for (const bytes of [1_000, 700_000]) {
    const content = Buffer.from(`${"x".repeat(70)}\r\n`.repeat(bytes / 70));
    assert.equal((await client.deliver({ from: "a@example.org", to: [mailbox.address], content })).code, 250);
  }
  const busy = await postern("repair", "--json");
  assert.deepEqual([busy.code, JSON.parse(busy.stderr).error.code], [1, "store/in-use"]);
  await gateway.stop();
  const clean = await postern("repair");
  assert.deepEqual([clean.code, clean.stdout.toString()], [0, "There is nothing to repair.\n"]);

  const large = join(gateway.dataDirectory, "large");
  const [file = ""] = await readdir(large);
  const uniqueId = file.replace(".age", "");
  await rm(join(large, file));
  const found = await postern("verify");
  assert.equal(found.code, 1);
  assert.match(found.stderr, new RegExp(`^damage: ${uniqueId}: .* \\[payload-missing\\]$`, "m"));

  const would = await postern("repair");
  assert.equal(would.code, 0, would.stderr);
  assert.match(
    would.stderr,
    new RegExp(`^${mailbox.id} ${uniqueId}: .*nothing of it is left \\[message-lost\\]$`, "m"),
  );
  assert.match(would.stdout.toString(), /LOST: 1 .*postern repair --apply\n$/);
  assert.equal((await postern("verify")).code, 1, "nothing was changed");

  const did = JSON.parse((await postern("repair", "--apply", "--json")).stdout.toString());
  assert.equal(did.applied, true);
  assert.ok(
    did.steps.some(
      (step: { code: string; uniqueId: string }) => step.code === "message-lost" && step.uniqueId === uniqueId,
    ),
  );
  assert.ok((await readdir(did.kept)).includes("index.sqlite"));
  const known = await postern("verify");
  assert.equal(known.code, 0, known.stderr);
  assert.match(known.stderr, new RegExp(`^known damage: ${uniqueId}: `, "m"));
  assert.match(known.stdout.toString(), /Everything is as it was recorded, but for 1 known damages/);
  assert.equal((await postern("repair", "--apply")).stdout.toString(), "There is nothing to repair.\n");

  const ledger = new DatabaseSync(join(gateway.dataDirectory, "index.sqlite"), { readOnly: true });
  const rows = ledger.prepare("SELECT event FROM ledger ORDER BY position DESC LIMIT 2").all();
  ledger.close();
  assert.deepEqual(
    rows.map(({ event }) => event),
    ["repaired", "damaged"],
  );
  await gateway.startAgain();
  const pulled = await Pop3Client.connect({ port: gateway.ports.pop3s, tls: { rejectUnauthorized: false } });
  await pulled.signIn(mailbox.id, mailbox.password);
  assert.match(await pulled.command("STAT"), /^1 /);
  await pulled.quit();
});
