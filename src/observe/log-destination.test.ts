// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { openLogDestination } from "./log-destination.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-log-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

const lines = Array.from({ length: 20_000 }, (_, number) => `line ${number} of a log\n`);

test("after close every line is there, in order", async () => {
  const path = join(directory, "log");
  const descriptor = openSync(path, "a");
  const destination = openLogDestination({ descriptor, maxBytes: 1_000_000, lost: () => assert.fail() });
  for (const line of lines) destination.write(line);
  await destination.close();
  assert.equal(readFileSync(path, "utf8"), lines.join(""));
});

test("what a process wrote before a fault ended it is there", () => {
  const path = join(directory, "log");
  const module = JSON.stringify(join(import.meta.dirname, "log-destination.ts"));
  const program = `
    import { openLogDestination } from ${module};
    const destination = openLogDestination({ descriptor: 2, lost: () => undefined });
    process.once("exit", () => destination.flushAtExit());
    for (let number = 0; number < 1000; number++) destination.write("line " + number + "\\n");
    throw new Error("a fault");`;
  const descriptor = openSync(path, "a");
  const ended = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "ignore", descriptor],
  });
  closeSync(descriptor);
  assert.equal(ended.status, 1);
  const written = readFileSync(path, "utf8").split("\n");
  for (const number of [0, 1, 500, 999]) assert.ok(written.includes(`line ${number}`), `line ${number}`);
});

test("a reader that takes nothing costs lines, not memory or time; it is told how many when it reads again", async () => {
  const path = join(directory, "pipe");
  execFileSync("mkfifo", [path]);
  // Both ends in one descriptor, so that opening waits for nobody.
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const lost: number[] = [];
  const destination = openLogDestination({ descriptor: pipe, maxBytes: 100_000, lost: (count) => lost.push(count) });
  for (const line of lines) destination.write(line);
  let read = "";
  const buffer = Buffer.alloc(65_536);
  while (lost.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    try {
      read += buffer.toString("latin1", 0, readSync(pipe, buffer));
    } catch {
      // empty for the moment
    }
  }
  assert.deepEqual(lost, [lines.length - read.split("\n").length + 1]);
  assert.ok(lines.join("").startsWith(read));
  await destination.close();
});
