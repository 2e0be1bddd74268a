// SPDX-License-Identifier: Apache-2.0

/**
 * The durability laboratory: `npm run lab:durability -- [power] [calls] [disk] [clock] [--cuts 40] [--file-system NAME]…
 * [--counts 1,3] [--only PATTERN] [--seed N] [--report FILE]`. All of it without a name. As root on Linux; what cannot be
 * done here is named and skipped. `docs/durability.md` says how it works and what it showed.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { faketimeLibrary, jumpClock } from "./lab/clock-jumps.ts";
import { failCalls } from "./lab/fail-calls.ts";
import { allFailingCalls } from "./lab/failing-call.ts";
import type { FaultResult } from "./lab/fault-bench.ts";
import { whyNoTracing } from "./lab/injector.ts";
import { fileSystemNames, isFileSystemName, OuterDisk, whyNoLoopDisks, whyNotMade } from "./lab/loop-disk.ts";
import { cutPower, type PowerCutResult } from "./lab/power-cut.ts";
import { shortenWrites } from "./lab/short-writes.ts";
import { abortFileSystem, fillDisk } from "./lab/sick-disk.ts";

// Every start of a gateway compiles the same sources; kept, that halves what a start costs.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "../../node_modules/.cache/compiled");

const parts: Readonly<Record<string, () => Promise<void>>> = {
  power: cutAll,
  calls: failAll,
  disk: sickDisks,
  clock: jumpAll,
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cuts: { type: "string", default: "40" },
    "file-system": { type: "string", multiple: true, default: fileSystemNames },
    counts: { type: "string", default: "1,3" },
    only: { type: "string", default: "" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    report: { type: "string" },
  },
});
const cuts = Number(values.cuts);
const counts = values.counts.split(",").map(Number);
const seed = Number(values.seed);
const chosen = values["file-system"].filter(isFileSystemName);
const isWrong =
  positionals.some((name) => parts[name] === undefined) ||
  chosen.length !== values["file-system"].length ||
  !(cuts > 0) ||
  !counts.every((count) => count > 0);
if (isWrong) {
  console.error(`usage: npm run lab:durability -- [${Object.keys(parts).join("] [")}] [--cuts N] [--counts 1,3] [--seed N]
  [--file-system ${fileSystemNames.join("|")}]… [--only PATTERN] [--report FILE]`);
  process.exit(2);
}

const tell = (line: string): void => console.log(line);
const skipped: string[] = [];
const powerCuts: PowerCutResult[] = [];
const faults: FaultResult[] = [];
const started = new Date().toISOString();
try {
  for (const [name, run] of Object.entries(parts))
    if (positionals.length === 0 || positionals.includes(name)) await run();
} finally {
  report();
}

/** After each step, so that a run that is stopped has not been for nothing. */
function keepReport(): void {
  if (values.report === undefined) return;
  const ended = new Date().toISOString();
  const text = JSON.stringify({ started, ended, seed, powerCuts, faults, skipped }, undefined, 2);
  writeFileSync(values.report, `${text}\n`);
}

function report(): void {
  keepReport();
  if (powerCuts.length > 0)
    console.table(powerCuts.map(({ findings, ...sums }) => ({ ...sums, findings: findings.length })));
  if (faults.length > 0)
    console.table(
      faults.map(({ fault, failed, outcome, owedChecked, lost, findings }) => {
        return { fault, failed, outcome, owedChecked, lost, findings: findings.length };
      }),
    );
  for (const finding of powerCuts.flatMap(({ findings }) => findings)) console.log(`FINDING  ${finding}`);
  for (const { fault, findings } of faults) for (const each of findings) console.log(`FINDING  ${fault}: ${each}`);
  for (const each of skipped) console.log(`skipped  ${each}`);
  if ([...powerCuts, ...faults].some(({ findings }) => findings.length > 0)) process.exitCode = 1;
}

async function cutAll(): Promise<void> {
  const why = await whyNoLoopDisks();
  if (why !== undefined) return void skipped.push(`power cuts: ${why}`);
  return withOuterDisk(async (outer) => {
    for (const fileSystem of chosen) {
      const missing = await whyNotMade(fileSystem);
      if (missing === undefined) powerCuts.push(await cutPower(outer, fileSystem, { cuts, seed, tell }));
      else skipped.push(`power cuts on ${fileSystem}: ${missing}`);
      keepReport();
    }
  });
}

async function failAll(): Promise<void> {
  const why = await whyNoTracing();
  if (why !== undefined) return void skipped.push(`failing system calls: ${why}`);
  const wanted = allFailingCalls(counts).filter(({ target, call }) =>
    new RegExp(values.only).test(`${target} ${call}`),
  );
  const keep = (result: FaultResult): void => {
    faults.push(result);
    keepReport();
  };
  await failCalls(wanted, { seed, tell, keep });
  return undefined;
}

async function sickDisks(): Promise<void> {
  if (process.platform === "linux") faults.push(...(await shortenWrites({ seed, tell })));
  else skipped.push("writes that are cut short: they need prlimit");
  if (process.getuid?.() !== 0) return void skipped.push("full disks: mounting needs root");
  faults.push(await fillDisk({ seed, tell }));
  const why = await whyNoLoopDisks();
  if (why !== undefined) return void skipped.push(`a file system that aborts: ${why}`);
  return withOuterDisk(async (outer) => void faults.push(await abortFileSystem(outer, { seed, tell })));
}

async function jumpAll(): Promise<void> {
  const library = faketimeLibrary();
  if (library === undefined) skipped.push("jumps of the clock: libfaketime is missing (Debian: faketime)");
  else faults.push(...(await jumpClock(library, { seed, tell })));
}

async function withOuterDisk(work: (outer: OuterDisk) => Promise<void>): Promise<void> {
  const directory = await temporaryDirectory("durability");
  const outer = await OuterDisk.create(directory);
  try {
    await work(outer);
  } finally {
    await outer.remove();
    await removeDirectory(directory);
  }
}
