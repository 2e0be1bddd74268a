// SPDX-License-Identifier: Apache-2.0

/**
 * The benchmarks: `npm run bench -- [intake] [pull] [proxy] [memory] [million] [console] [--rounds 3] [--share 1]`. All of them
 * without a name. Each compares
 * with its peers in one run; machines are noisy, ratios hold better than rates.
 */
import { parseArgs } from "node:util";
import { benchConsole } from "./console.ts";
import { benchIntake } from "./intake.ts";
import { benchMemory } from "./memory.ts";
import { benchMillion } from "./million.ts";
import { benchProxy } from "./proxy.ts";
import { benchPull } from "./pull.ts";
import { printMachine } from "./report.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "3" }, share: { type: "string", default: "1" } },
});
const rounds = Number(values.rounds);
const share = Number(values.share);

const benches: Readonly<Record<string, () => Promise<void>>> = {
  intake: () => benchIntake(rounds, share),
  pull: () => benchPull(rounds, share),
  proxy: () => benchProxy(rounds, share),
  memory: () => benchMemory(),
  million: () => benchMillion(rounds, share),
  console: () => benchConsole(rounds, share),
};

const unknown = positionals.find((name) => benches[name] === undefined);
if (unknown !== undefined || !(rounds >= 1) || !(share > 0)) {
  console.error(`usage: npm run bench -- [${Object.keys(benches).join("] [")}] [--rounds N] [--share 0..1]`);
  process.exit(2);
}
printMachine();
for (const [name, run] of Object.entries(benches))
  if (positionals.length === 0 || positionals.includes(name)) await run();
printMachine();
