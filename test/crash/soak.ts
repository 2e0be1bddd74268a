// SPDX-License-Identifier: Apache-2.0

/**
 * The soak: `npm run lab:soak -- [--minutes 60] [--seed N] [--report FILE]`. Mixed load at half of the top rate; memory,
 * descriptors and disk space must not grow with what was done. Linux alone, for it looks into /proc.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { soak } from "./lab/soak.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    report: { type: "string" },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error("usage: npm run lab:soak -- [--minutes N] [--seed N] [--report FILE]");
  process.exit(2);
}
const started = new Date().toISOString();
const result = await soak({ seed: Number(values.seed), minutes, tell: (line) => console.log(line) });
console.table([...result.holdings, result.atTheEnd]);
console.log(`top rate ${result.topRate.toFixed(1)}/s, in the soak ${result.rate.toFixed(1)}/s`);
console.log(`${result.owedChecked} acknowledged messages looked for at the end, ${result.lost} lost`);
for (const finding of result.findings) console.log(`FINDING  ${finding}`);
if (values.report !== undefined)
  writeFileSync(values.report, `${JSON.stringify({ started, seed: values.seed, ...result }, undefined, 2)}\n`);
process.exitCode = result.findings.length > 0 ? 1 : 0;
