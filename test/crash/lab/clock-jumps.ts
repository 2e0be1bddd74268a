// SPDX-License-Identifier: Apache-2.0
import { globSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { removeDirectory, temporaryDirectory } from "../../support/temporary.ts";
import { FaultBench, type FaultOptions, type FaultResult, judge } from "./fault-bench.ts";

/** One after the other, in hours from the clock of the machine. */
const jumps = [1, -1, 40 * 24, -400 * 24, 3 * 365 * 24, 0];
const hourMs = 3_600_000;
const betweenMs = 3000;

/** Whether something was written at a time that is the jump away from ours. */
function isSeen({ gateway }: FaultBench, jump: number): boolean {
  const index = new DatabaseSync(join(gateway.dataDirectory, "index.sqlite"), { readOnly: true });
  try {
    const row = index
      .prepare("SELECT count(*) AS rows FROM ledger WHERE abs(at - ?) < ?")
      .get(Date.now() + jump * hourMs, hourMs / 4);
    return Number(row?.["rows"]) > 0;
  } finally {
    index.close();
  }
}

/** The library that shows a program another time; `undefined` when it is not installed. */
export function faketimeLibrary(): string | undefined {
  return globSync("/usr/lib/*/faketime/libfaketimeMT.so.1")[0];
}

/** The clock of the gateway jumps forwards and back under load. Nobody may be refused for it, and nothing lost. */
export async function jumpClock(library: string, { seed, tell }: FaultOptions): Promise<readonly FaultResult[]> {
  const directory = await temporaryDirectory("clock");
  const file = join(directory, "now");
  await writeFile(file, "-0\n");
  const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1", DONT_FAKE_MONOTONIC: "1" };
  const bench = await FaultBench.start(seed, { env });
  const results: FaultResult[] = [];
  try {
    for (const jump of jumps) {
      await setTimeout(1000);
      await writeFile(`${file}.new`, `${jump < 0 ? "-" : "+"}${Math.abs(jump)}h\n`);
      await rename(`${file}.new`, file);
      await setTimeout(betweenMs);
      const judged = await judge(bench);
      const blind = isSeen(bench, jump) ? [] : ["the gateway does not see it: no row of a ledger has that time"];
      const told = Object.keys(judged.told).map((text) => `a client was told: ${text}`);
      const result = {
        ...judged,
        fault: `the clock jumps to ${jump} h`,
        failed: 1,
        findings: [...judged.findings, ...told, ...blind],
      };
      results.push(await bench.passed(result, tell));
    }
    return results;
  } finally {
    await bench.remove();
    await removeDirectory(directory);
  }
}
