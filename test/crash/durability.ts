// SPDX-License-Identifier: Apache-2.0

/**
 * The durability laboratory: `npm run lab:durability -- [power] [--cuts 40] [--file-system NAME]… [--seed N] [--report FILE]`.
 * As root, with loop devices, on Linux; what cannot be done here is named and skipped. `docs/durability.md` says how it
 * works and what it showed.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { fileSystemNames, isFileSystemName, OuterDisk, whyNoLoopDisks, whyNotMade } from "./lab/loop-disk.ts";
import { cutPower, type PowerCutResult } from "./lab/power-cut.ts";

const { values } = parseArgs({
  options: {
    cuts: { type: "string", default: "40" },
    "file-system": { type: "string", multiple: true, default: fileSystemNames },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    report: { type: "string" },
  },
});
const cuts = Number(values.cuts);
const seed = Number(values.seed);
const chosen = values["file-system"].filter(isFileSystemName);
if (chosen.length !== values["file-system"].length || !(cuts > 0)) {
  console.error(`usage: npm run lab:durability -- [--cuts N] [--file-system ${fileSystemNames.join("|")}]… [--seed N]`);
  process.exit(2);
}

const skipped: string[] = [];
const powerCuts = await allPowerCuts();
const report = { at: new Date().toISOString(), seed, powerCuts, skipped };
console.table(powerCuts.map(({ findings, ...counts }) => ({ ...counts, findings: findings.length })));
for (const finding of powerCuts.flatMap(({ findings }) => findings)) console.log(`FINDING  ${finding}`);
for (const each of skipped) console.log(`skipped  ${each}`);
if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(report, undefined, 2)}\n`);
process.exitCode = powerCuts.some(({ findings }) => findings.length > 0) ? 1 : 0;

async function allPowerCuts(): Promise<readonly PowerCutResult[]> {
  const why = await whyNoLoopDisks();
  if (why !== undefined) {
    skipped.push(`power cuts: ${why}`);
    return [];
  }
  const directory = await temporaryDirectory("durability");
  const outer = await OuterDisk.create(directory);
  const results: PowerCutResult[] = [];
  try {
    for (const fileSystem of chosen) {
      const missing = await whyNotMade(fileSystem);
      if (missing === undefined)
        results.push(await cutPower(outer, fileSystem, { cuts, seed, tell: (line) => console.log(line) }));
      else skipped.push(`power cuts on ${fileSystem}: ${missing}`);
    }
  } finally {
    await outer.remove();
    await removeDirectory(directory);
  }
  return results;
}
