// SPDX-License-Identifier: Apache-2.0
import { globSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

/**
 * Runs the tests, what is quick first: units and dialogs, then what starts whole programs. `--fast` stops after the
 * first; paths run those files alone. The last lines name every test that was skipped with its reason, and the count.
 */
const quick = ["src/**/*.test.ts", "scripts/**/*.test.ts", "test/{bench,dialogs,fuzz,vectors}/**/*.test.ts"];
const whole = ["test/{interop,crash,hostile,journeys,console}/**/*.test.ts"];

const root = join(import.meta.dirname, "..");
const args = process.argv.slice(2);
const paths = args.filter((argument) => !argument.startsWith("--"));

// Every test file and every program that it starts compiles the same sources; kept, that halves what a start costs.
process.env["NODE_COMPILE_CACHE"] ??= join(root, "node_modules/.cache/compiled");

let passed = 0;
const failed: string[] = [];
const skipped: string[] = [];
const startedMs = performance.now();

// Two at a time, however many cores there are: the tests of the whole load the machine by themselves.
const events = run({ files: chosenFiles(), concurrency: 2 });
events.on("test:pass", ({ name, file, skip, details }) => {
  if (details.type === "suite") return;
  if (skip === undefined || skip === false) passed += 1;
  else skipped.push(`${shown(file)}: ${name} (${skip === true ? "no reason given" : skip})`);
});
events.on("test:fail", ({ name, file, details }) => {
  // A suite that fails by what is in it is not listed; what is in it is.
  if (!("failureType" in details.error) || details.error.failureType !== "subtestsFailed")
    failed.push(`${shown(file)}: ${name}`);
  process.exitCode = 1;
});
events.compose(new spec()).pipe(process.stdout);
process.on("exit", report);

function chosenFiles(): string[] {
  if (paths.length > 0) return globSync(paths).map((path) => resolve(path));
  const groups = args.includes("--fast") ? [quick] : [quick, whole];
  return groups.flatMap((group) => globSync(group, { cwd: root }).toSorted()).map((path) => join(root, path));
}

function report(): void {
  // A pattern that matches nothing must not look like success.
  if (passed === 0) process.exitCode = 1;
  for (const each of skipped) console.log(`skipped  ${each}`);
  for (const each of failed) console.log(`FAILED   ${each}`);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(`\n${passed} passed, ${failed.length} failed, ${skipped.length} skipped, ${seconds} s`);
}

function shown(file: string | undefined): string {
  return file === undefined ? "?" : relative(root, file);
}
