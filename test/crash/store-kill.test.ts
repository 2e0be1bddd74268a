// SPDX-License-Identifier: Apache-2.0

/** I1, I8: the process is killed at random moments under load; what it had acknowledged is there, whole, once. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/base/clock.ts";
import { generateMailboxId } from "../../src/base/ids.ts";
import type { SealedSource } from "../../src/store/contract.ts";
import { openStore } from "../../src/store/open-store.ts";
import { verifyStore } from "../../src/store/verify.ts";

const kills = Number(process.env["POSTERN_TEST_KILLS"] ?? 5);
const program = fileURLToPath(new URL("store-load.ts", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "postern-kill-"));
const mailbox = generateMailboxId();

after(() => rmSync(directory, { recursive: true }));

/** What the load's own ledger says over all rounds. */
const kept = new Map<string, string>();
const offered = new Map<string, string>();
const removing = new Set<string>();
const removed = new Set<string>();

/** Runs the load and kills it a random time after it got going. */
async function runAndKill(): Promise<void> {
  const load = spawn(process.execPath, [program, directory, mailbox], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  load.stdout.setEncoding("latin1").on("data", (part: string) => {
    if (text === "") setTimeout(() => load.kill("SIGKILL"), Math.random() * 600);
    text += part;
  });
  const [, signal] = await once(load, "close");
  assert.equal(signal, "SIGKILL", "the load must not end by itself");
  for (const line of text.slice(0, text.lastIndexOf("\n")).split("\n")) note(line);
}

function note(line: string): void {
  const [word, uniqueId = "", sha256 = ""] = line.split(" ");
  if (word === "kept") kept.set(uniqueId, sha256);
  else if (word === "offered") offered.set(uniqueId, sha256);
  else if (word === "removing") removing.add(uniqueId);
  else if (word === "removed") removed.add(uniqueId);
}

async function digest(source: SealedSource): Promise<string> {
  const hash = createHash("sha256");
  for (let position = 0; position < source.message.sealedBytes; ) {
    const part = await source.read(position, 1_000_000);
    assert.ok(part.length > 0, "a message ends too soon");
    hash.update(part);
    position += part.length;
  }
  source.close();
  return hash.digest("hex");
}

async function restart() {
  let report: Readonly<Record<string, unknown>> = {};
  const log = {
    event: (code: string, fields?: Readonly<Record<string, unknown>>) => {
      if (code === "store/recovered") report = fields ?? {};
    },
  };
  const store = await openStore({ directory, clock: systemClock, log, diskReserveBytes: 0, repeatedDeliveryMs: 0 });
  return { store, report };
}

async function check(): Promise<void> {
  const { store } = await restart();
  const maildrop = await store.maildrop(mailbox, "check");
  const there = new Map<string, string>();
  for (let index = 0; index < maildrop.count; index++) {
    const source = await maildrop.open(index);
    const { uniqueId, sha256 } = source.message;
    assert.ok(!there.has(uniqueId), "a message is there twice");
    there.set(uniqueId, await digest(source));
    assert.equal(there.get(uniqueId), Buffer.from(sha256).toString("hex"));
  }
  for (const [uniqueId, sha256] of [...kept, ...offered]) {
    if (removed.has(uniqueId)) assert.ok(!there.has(uniqueId), `${uniqueId} was removed and is there`);
    // Killed between the commit and its answer, a removal may have happened or not.
    else if (!removing.has(uniqueId) || there.has(uniqueId)) assert.equal(there.get(uniqueId), sha256, uniqueId);
  }
  await store.stop();
  for await (const finding of verifyStore(directory)) assert.fail(`${finding.code}: ${finding.text}`);
}

test(`killed ${kills} times under load, nothing acknowledged is lost or damaged`, { timeout: 300_000 }, async () => {
  for (let round = 0; round < kills; round++) {
    await runAndKill();
    await check();
  }
  assert.ok(kept.size > 0, "the load got nothing done");
  // The log of the index stays when somebody who only reads was the last to close it.
  const files = (): string[] => {
    const names = readdirSync(directory, { recursive: true }).map(String);
    return names.filter((name) => !/^index\.sqlite-(wal|shm)$/.test(name)).toSorted();
  };
  const before = files();
  const { store, report } = await restart();
  await store.stop();
  assert.deepEqual(new Set(Object.values(report)), new Set([0]), "a second start found something to do");
  assert.deepEqual(files(), before);
});
