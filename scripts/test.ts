// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

/**
 * Runs the tests: those beside the source first, then the tests of the whole, and stops at the first group that fails.
 * `--fast` runs the first group alone; paths run those files alone.
 */
const groups = [
  { name: "units", patterns: ["src/**/*.test.ts", "scripts/**/*.test.ts"], concurrency: 2 },
  // These start gateways, mail servers and many connections; two at a time would measure each other.
  { name: "the whole", patterns: ["test/**/*.test.ts"], concurrency: 1 },
];

const args = process.argv.slice(2);
const fast = args.includes("--fast");
const paths = args.filter((argument) => !argument.startsWith("--"));
process.exitCode = paths.length > 0 ? runFiles(paths, 2) : runGroups();

function runGroups(): number {
  for (const { name, patterns, concurrency } of fast ? groups.slice(0, 1) : groups) {
    const files = globSync(patterns, { exclude: ["**/node_modules/**"] }).toSorted();
    console.log(`\n=== ${name}: ${files.length} files`);
    const status = files.length === 0 ? 0 : runFiles(files, concurrency);
    if (status !== 0) return status;
  }
  return 0;
}

function runFiles(files: readonly string[], concurrency: number): number {
  const run = spawnSync(
    process.execPath,
    ["--test", "--test-reporter=spec", `--test-concurrency=${concurrency}`, ...files],
    { stdio: "inherit" },
  );
  return run.status ?? 1;
}
