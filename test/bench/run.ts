// SPDX-License-Identifier: Apache-2.0

/**
 * The benchmarks: `npm run bench -- [NAME]… [--rounds 3] [--seconds 2] [--share 1] [--json FILE] [--config LINE]…`. All
 * of them without a name. Each compares with its peers in one run; machines are noisy, ratios hold better than rates.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { BenchResult, BenchRun } from "./bench-run.ts";
import { benchConsole } from "./console.ts";
import { benchHandshakes } from "./handshakes.ts";
import { benchIdle } from "./idle.ts";
import { benchConnections, benchIntake, benchSenders } from "./intake.ts";
import { benchLatency } from "./latency.ts";
import { describeMachine, describeVersions, loadNow } from "./machine.ts";
import { benchMailboxes } from "./mailboxes.ts";
import { benchMemory } from "./memory.ts";
import { benchMillion } from "./million.ts";
import { benchPages } from "./pages.ts";
import { benchProxy } from "./proxy.ts";
import { benchPull } from "./pull.ts";
import { benchTls } from "./tls.ts";

const benches: Readonly<Record<string, (run: BenchRun) => Promise<void>>> = {
  intake: benchIntake,
  connections: benchConnections,
  senders: benchSenders,
  tls: benchTls,
  latency: benchLatency,
  mailboxes: benchMailboxes,
  idle: benchIdle,
  handshakes: benchHandshakes,
  pull: benchPull,
  proxy: benchProxy,
  memory: benchMemory,
  million: benchMillion,
  console: benchConsole,
  pages: benchPages,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    share: { type: "string", default: "1" },
    config: { type: "string", multiple: true, default: [] },
    json: { type: "string" },
  },
});
const [rounds, seconds, share] = [values.rounds, values.seconds, values.share].map(Number);
const unknown = positionals.find((name) => benches[name] === undefined);
if (unknown !== undefined || !positive(rounds) || !positive(seconds) || !positive(share)) {
  console.error(
    `usage: npm run bench -- [${Object.keys(benches).join("] [")}] [--rounds N] [--seconds N] [--share 0..1]\n` +
      "  [--config 'section.name = value']... [--json FILE]",
  );
  process.exit(2);
}
const stopped = new AbortController();
// The gateway and its peers are stopped by whoever started them; a second signal ends the program at once.
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => stopped.abort(new Error(`stopped by ${signal}`)));
await runBenches({ rounds, seconds, share, settings: values.config, over: stopped.signal });

function positive(value: number | undefined): value is number {
  return value !== undefined && value > 0;
}

async function runBenches(asked: Omit<BenchRun, "record">): Promise<void> {
  const machine = describeMachine();
  const versions = await describeVersions();
  const started = { at: new Date().toISOString(), load: loadNow() };
  console.log(`${machine.cpus} x ${machine.model}, ${JSON.stringify(versions)}, load ${started.load.toFixed(1)}`);
  const results: (BenchResult & { readonly bench: string })[] = [];
  try {
    for (const [bench, run] of Object.entries(benches))
      if (positionals.length === 0 || positionals.includes(bench))
        await run({ ...asked, record: (result) => results.push({ bench, ...result }) });
  } finally {
    // What was measured before a peer failed is not lost.
    const ended = { at: new Date().toISOString(), load: loadNow() };
    console.log(`\nload ${started.load.toFixed(1)} before, ${ended.load.toFixed(1)} after`);
    const { over: _over, ...options } = asked;
    const all = { machine, versions, asked: options, started, ended, results };
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, undefined, 2)}\n`);
  }
}
