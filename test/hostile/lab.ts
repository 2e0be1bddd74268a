// SPDX-License-Identifier: Apache-2.0

/**
 * The hostility laboratory (docs/hostility.md).
 *
 *   npm run lab:hostility -- [--only WORDS] [--quick] [--seconds N] [--seed N] [--config FILE] [--json FILE] [--tls]
 *
 * `--tls` has every TLS listener graded by testssl.sh as well, which takes some minutes. `--config` names a file with
 * more lines of configuration for the gateway, to try the same with them.
 */
import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { printMachine } from "../bench/machine.ts";
import { peerPath } from "../support/peers.ts";
import { printResults } from "./report.ts";
import { runScenarios } from "./run-scenarios.ts";
import { scenarios } from "./scenarios.ts";
import { gradeTls, printGrades } from "./tls-grade.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    seconds: { type: "string", default: "15" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    config: { type: "string" },
    json: { type: "string" },
    tls: { type: "boolean", default: false },
  },
});

const scale = values.quick ? "quick" : "full";
const only = values.only?.toLowerCase();
const chosen = scenarios
  .filter(({ fullOnly }) => scale === "full" || fullOnly !== true)
  .filter(({ name }) => only === undefined || only.split(",").some((words) => name.toLowerCase().includes(words)));
if (chosen.length === 0) throw new Error(`no scenario has ${values.only} in its name`);
// Told now, not when everything else has run.
if (values.tls) peerPath("testssl");

printMachine();
console.log(`${chosen.length} scenarios, seed ${values.seed}`);
const [loadBefore = 0] = loadavg();
const seconds = Number(values.seconds);
const { results, wrong } = await runScenarios(chosen, {
  configuration: values.config === undefined ? "" : await readFile(values.config, "utf8"),
  scale,
  seed: Number(values.seed),
  durationMs: seconds * 1000,
  aloneMs: Math.min(10_000, seconds * 1000),
  perSecond: 60,
});
printResults(results);
for (const each of wrong) console.log(`WRONG ${each}`);
const grades = values.tls ? await gradeTls() : [];
if (values.tls) printGrades(grades);
if (values.json !== undefined) {
  const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version, loadBefore };
  await writeFile(
    values.json,
    `${JSON.stringify({ machine, seed: values.seed, results, wrong, grades }, undefined, 2)}\n`,
  );
}
if (wrong.length > 0 || [...results, ...grades].some((each) => each.wrong.length > 0)) process.exitCode = 1;
