// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from "node:timers/promises";
import type { FailingCall } from "./failing-call.ts";
import { FaultBench, type FaultOptions, type FaultResult, judge } from "./fault-bench.ts";
import { Injector, retriedSyncs, type SeenCall } from "./injector.ts";

/** How long the call is waited for; a checkpoint of the index comes every few hundred commits. */
const reachedMs = 10_000;
const illMs = 3000;
/** Has one call after the other fail in a gateway under mixed load. */
export async function failCalls(
  faults: readonly FailingCall[],
  { seed, tell, keep }: FaultOptions & { readonly keep?: (result: FaultResult) => void },
): Promise<readonly FaultResult[]> {
  const bench = await FaultBench.start(seed);
  const results: FaultResult[] = [];
  try {
    for (const fault of faults) {
      const result = await failCall(bench, fault);
      keep?.(result);
      results.push(await bench.passed(result, tell, "calls failed"));
    }
    return results;
  } finally {
    await bench.remove();
  }
}

async function failCall(bench: FaultBench, failing: FailingCall): Promise<FaultResult> {
  const { gateway } = bench;
  const injector = await Injector.attach(gateway.pid, failing, gateway.dataDirectory);
  const end = performance.now() + reachedMs;
  while (performance.now() < end && !gateway.hasEnded) {
    if ((await injector.calls()).some((call) => isOf(failing, call))) break;
    await setTimeout(100);
  }
  await setTimeout(failing.stays ? illMs : 700);
  const calls = await injector.detach();
  const failed = calls.filter((call) => isOf(failing, call)).length;
  const judged = await judge(bench);
  return {
    ...judged,
    fault: describe(failing),
    failed,
    outcome: failed === 0 ? "not reached" : judged.outcome,
    findings: [...judged.findings, ...retriedSyncs(calls)],
  };
}

function isOf({ call }: FailingCall, { name, injected }: SeenCall): boolean {
  return injected && call.split(",").includes(name);
}

function describe({ target, call, error, nth, stays }: FailingCall): string {
  return `${call} of ${target}: ${error} ${stays ? `from call ${nth} on, for ${illMs / 1000} s` : `at call ${nth}`}`;
}
