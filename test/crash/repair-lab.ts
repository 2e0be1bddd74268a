// SPDX-License-Identifier: Apache-2.0

/**
 * Repairs that are killed: `npm run lab:repair -- [--every 10] [--seed N] [--kind NAME]`. Each kind of damage once, its repair
 * killed at every tenth of the system calls that change what is on the disk, and at each of those that put the new index
 * in place; a new repair must then end it, with nothing lost that was not hit. Wants strace.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { damageKinds } from "./damage/damages.ts";
import { fillDirectory } from "./damage/fill.ts";
import { killedRepairRound, wholeRepair } from "./damage/round.ts";

const { values } = parseArgs({
  options: {
    kind: { type: "string" },
    every: { type: "string", default: "10" },
    seed: { type: "string" },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const every = Number(values.every);
const putInPlace: ReadonlySet<string> = new Set(["link", "linkat", "rename", "renameat", "renameat2", "rmdir"]);
const root = mkdtempSync(join(tmpdir(), "postern-repair-"));
const copy = join(root, "copy");
const known = await fillDirectory(join(root, "known"));
const rows: object[] = [];
let problemCount = 0;
for (const kind of values.kind === undefined ? Object.keys(damageKinds) : [values.kind]) {
  const choice = { seed, kind };
  const whole = await wholeRepair(known, choice, copy);
  const chosen = whole.calls.filter(({ name }, at) => putInPlace.has(name) || at % every === 0);
  const row = { kind, calls: whole.calls.length, killed: chosen.length, opened: 0, problems: 0 };
  for (const call of chosen) {
    const { opened, problems } = await killedRepairRound(known, { ...choice, call, whole }, copy);
    row.opened += opened ? 1 : 0;
    row.problems += problems.length;
    for (const problem of problems)
      console.log(`FINDING  seed ${seed}, ${kind}, ${call.name} number ${call.nth}: ${problem}`);
  }
  rows.push(row);
  problemCount += row.problems;
}
console.table(rows);
rmSync(root, { recursive: true });
process.exitCode = problemCount > 0 ? 1 : 0;
