// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { repository } from "./source-files.ts";

// A package around the launcher whose program tells how it was started.
const root = mkdtempSync(join(tmpdir(), "postern-launcher-"));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, "bin"));
mkdirSync(join(root, "src"));
const launcher = join(root, "bin", "postern.cjs");
copyFileSync(join(repository, "bin", "postern.cjs"), launcher);
symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
writeFileSync(
  join(root, "src", "main.ts"),
  `const [command, wish]: readonly string[] = process.argv.slice(2);
if (wish === "exit") process.exitCode = 7;
if (wish === "wait") {
  process.on("SIGTERM", () => process.exit(8));
  setInterval(() => undefined, 1000);
}
// Last: whoever reads this may send a signal at once.
console.log(JSON.stringify({ version: process.versions.node, arguments: process.argv.slice(2), trim: process.env.MALLOC_TRIM_THRESHOLD_ }));
`,
);

const runtimes = [{ name: "this Node.js", node: process.execPath }];
const system = spawnSync("/usr/bin/node", ["-p", "process.versions.node"], { encoding: "utf8" });
const systemIsOlder = system.status === 0 && Number(system.stdout.split(".")[0]) < 24;
if (systemIsOlder) runtimes.push({ name: `Node.js ${system.stdout.trim()}`, node: "/usr/bin/node" });
else test.skip("started by an older Node.js: there is none at /usr/bin/node");

interface Told {
  readonly version: string;
  readonly arguments: readonly string[];
  readonly trim?: string;
}

function told(output: string): Told {
  const value: Told = JSON.parse(output);
  return value;
}

for (const { name, node } of runtimes) {
  test(`${name}: runs on a Node.js that can, with the arguments as they were`, () => {
    const { stdout } = spawnSync(node, [launcher, "mailbox", "a b", "--x=1"], { encoding: "utf8", env: {} });
    const { version, arguments: args, trim } = told(stdout);
    assert.ok(Number(version.split(".")[0]) >= 24);
    assert.deepEqual(args, ["mailbox", "a b", "--x=1"]);
    assert.equal(trim, undefined);
  });

  test(`${name}: serve gets the malloc settings, and keeps those of the environment`, {
    skip: process.platform !== "linux",
  }, () => {
    const run = (env: NodeJS.ProcessEnv): Told =>
      told(spawnSync(node, [launcher, "serve"], { encoding: "utf8", env }).stdout);
    assert.equal(run({}).trim, "536870912");
    assert.equal(run({ MALLOC_TRIM_THRESHOLD_: "1" }).trim, "1");
  });

  test(`${name}: the exit code comes through`, () => {
    assert.equal(spawnSync(node, [launcher, "serve", "exit"], { env: {} }).status, 7);
  });

  test(`${name}: SIGTERM reaches the program`, async () => {
    const child: ChildProcess = spawn(node, [launcher, "serve", "wait"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {},
    });
    const exit = once(child, "exit");
    if (child.stdout !== null) await once(child.stdout, "data");
    child.kill("SIGTERM");
    assert.deepEqual(await exit, [8, null]);
  });
}

test("an older Node.js without ours beside it says what to do", { skip: !systemIsOlder }, () => {
  const lonely = mkdtempSync(join(tmpdir(), "postern-launcher-"));
  after(() => rmSync(lonely, { recursive: true, force: true }));
  copyFileSync(launcher, join(lonely, "postern.cjs"));
  const { status, stderr } = spawnSync("/usr/bin/node", [join(lonely, "postern.cjs"), "serve"], { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /Postern needs 24\.15 or newer[\s\S]*npm ci/);
});
