// SPDX-License-Identifier: Apache-2.0

/**
 * The damage laboratory: `npm run lab:damage -- [--rounds 400] [--seed N] [--kind NAME] [--keep]`. Fills a data directory with known
 * messages; each round damages a copy of it at random, verifies, repairs, and compares with what is known. A seed gives the
 * same damage again.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fillDirectory } from "./damage/fill.ts";
import { damageRound, type RoundResult } from "./damage/round.ts";

const { values } = parseArgs({
  options: {
    kind: { type: "string" },
    rounds: { type: "string", default: "400" },
    seed: { type: "string" },
    keep: { type: "boolean" },
  },
});
const first = Number(values.seed ?? Date.now() % 1_000_000);
const rounds = values.seed === undefined || values.rounds !== "400" ? Number(values.rounds) : 1;
const root = mkdtempSync(join(tmpdir(), "postern-damage-"));
const results: RoundResult[] = [];
const known = await fillDirectory(root);
for (let seed = first; seed < first + rounds; seed++) {
  const result = await damageRound(known, { seed, kind: values.kind }, join(root, "copy"));
  results.push(result);
  for (const problem of result.problems) console.log(`FINDING  seed ${seed}, ${result.damage.text}: ${problem}`);
  if (rounds === 1) console.log(result.damage.text, result.found);
}
const byKind = Map.groupBy(results, ({ damage }) => damage.kind);
console.table(
  Array.from(byKind, ([kind, all]) => ({
    kind,
    rounds: all.length,
    named: all.filter(({ found }) => found === "named").length,
    index: all.filter(({ found }) => found === "index").length,
    stopped: all.filter(({ found }) => found === "stopped").length,
    "not needed": all.filter(({ found }) => found === "not needed").length,
    hit: all.reduce((sum, { damage }) => sum + damage.hit.length, 0),
    lost: all.reduce((sum, { lost }) => sum + lost, 0),
    problems: all.reduce((sum, { problems }) => sum + problems.length, 0),
  })),
);
if (values.keep === true) console.log(root);
else rmSync(root, { recursive: true });
process.exitCode = results.some(({ problems }) => problems.length > 0) ? 1 : 0;
