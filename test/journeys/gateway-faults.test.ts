// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { hasCode } from "../../src/base/errors.ts";
import { verifyStore } from "../../src/store/verify.ts";
import { LocalGateway, localConfiguration } from "../support/local-gateway.ts";
import { runProgram } from "../support/run-program.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";

const program = join(import.meta.dirname, "../../bin/postern.cjs");
let directory: string;
let gateways: LocalGateway[];

beforeEach(async () => {
  directory = await temporaryDirectory("faults");
  gateways = [];
});

afterEach(async () => {
  await Promise.all(gateways.map(({ gateway }) => gateway.stop()));
  await removeDirectory(directory);
});

async function start(storeFaults: Parameters<typeof LocalGateway.start>[1] = {}): Promise<LocalGateway> {
  const gateway = await LocalGateway.start(directory, storeFaults);
  gateways.push(gateway);
  return gateway;
}

function message(bytes: number): Buffer {
  return Buffer.from(`Subject: a message\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(Math.ceil(bytes / 72))}`);
}

async function assertClean(): Promise<void> {
  for await (const finding of verifyStore(join(directory, "data"))) assert.fail(finding.text);
}

test("when the store thread dies, whoever waits is told to try again, and the gateway says that it must be started anew", async () => {
  // The first commit makes the mailbox, the second would keep the small message.
  const local = await start({ storeFaults: [{ operation: "index-commit", from: 2, times: 1, code: "crash" }] });
  const mailbox = await local.createMailbox();
  const large = await local.smtp();
  const small = await local.smtp();
  for (const client of [small, large]) {
    await client.command("MAIL FROM:<a@example.com>", 250);
    await client.command(`RCPT TO:<${mailbox.address}>`, 250);
    await client.command("DATA", 354);
  }
  const octets = message(4_000_000);
  await large.peer.send(octets.subarray(0, 2_000_000));
  assert.equal((await small.data(message(1_000))).code, 451);
  await large.peer.send(octets.subarray(2_000_000));
  await large.peer.send(".\r\n");
  assert.equal((await large.reply()).code, 451);
  await small.command("MAIL FROM:<a@example.com>", 250);
  assert.equal((await small.command(`RCPT TO:<${mailbox.address}>`)).code, 451);
  assert.ok(hasCode(await local.gateway.failed, "store/ended"));
  assert.equal(local.count("store/ended"), 1);
  small.peer.destroy();
  large.peer.destroy();
  await local.gateway.stop();
  const again = await start();
  const client = await again.smtp();
  assert.equal((await client.deliver({ from: "a@example.com", to: [mailbox.address], content: octets })).code, 250);
  await client.quit();
  await again.gateway.stop();
  await assertClean();
});

test("the program ends with a failure when the store thread dies", async () => {
  const config = join(directory, "postern.toml");
  await writeFile(config, localConfiguration(directory));
  const script = join(import.meta.dirname, "../support/dying-gateway.ts");
  const fault = JSON.stringify({ operation: "index-commit", from: 1, times: 1, code: "crash" });
  const child = spawn(process.execPath, [script, config, fault], { stdio: ["ignore", "pipe", "pipe"] });
  const errors: string[] = [];
  child.stderr.on("data", (octets: Buffer) => errors.push(octets.toString()));
  const exit = once(child, "exit");
  await once(child.stdout, "data");
  const created = await runProgram(process.execPath, [program, "mailbox", "create", "a", "--config", config], {
    accept: [1],
  });
  assert.match(created.stderr, /store\/ended/);
  const [code] = await exit;
  assert.equal(code, 1);
  assert.match(errors.join(""), /ALARM: a thread of the store has ended/);
});
