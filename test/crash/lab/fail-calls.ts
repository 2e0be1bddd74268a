// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from "node:timers/promises";
import { verifyStore } from "../../../src/store/verify.ts";
import { GatewayProcess } from "../../support/gateway-process.ts";
import { removeDirectory, temporaryDirectory } from "../../support/temporary.ts";
import { labConfiguration } from "./check-cut.ts";
import { compare } from "./compare.ts";
import type { FailingCall } from "./failing-call.ts";
import { Injector, retriedSyncs } from "./injector.ts";
import { MixedLoad } from "./mixed-load.ts";
import { Upstreams } from "./upstreams.ts";

/** How long the call is waited for; a checkpoint of the index comes every few hundred commits. */
const reachedMs = 10_000;
const illMs = 3000;
/** The store looks once a second whether the disk is well. */
const recoveredMs = 30_000;

export interface FaultResult {
  readonly fault: string;
  /** How many calls failed. */
  readonly failed: number;
  /** `refused`: somebody was told to try again. `unnoticed`: nobody was. `ended`: the gateway said why and stopped. */
  readonly outcome: "refused" | "unnoticed" | "ended" | "not reached";
  /** What clients were told, and how often. */
  readonly told: Readonly<Record<string, number>>;
  /** Acknowledged messages that were looked for afterwards. */
  readonly owedChecked: number;
  readonly lost: number;
  readonly findings: readonly string[];
}

export interface FaultOptions {
  readonly seed: number;
  readonly tell: (line: string) => void;
}

/** A gateway under mixed load for one fault after the other. */
export class FaultBench {
  readonly load: MixedLoad;
  readonly gateway: GatewayProcess;
  readonly #upstreams: Upstreams;
  readonly #directory: string;

  private constructor(directory: string, parts: { load: MixedLoad; upstreams: Upstreams; gateway: GatewayProcess }) {
    this.#directory = directory;
    this.load = parts.load;
    this.gateway = parts.gateway;
    this.#upstreams = parts.upstreams;
  }

  static async start(seed: number, place: { readonly dataDirectory?: string; readonly configuration?: string } = {}) {
    const directory = await temporaryDirectory("faults");
    const load = new MixedLoad({ seed, pauseMs: 20, senders: 6 });
    const upstreams = await Upstreams.start(directory, load.world);
    const configuration = (place.configuration ?? labConfiguration) + upstreams.configuration(directory);
    const { dataDirectory } = place;
    const gateway = await GatewayProcess.start({
      configuration,
      ...(dataDirectory === undefined ? {} : { dataDirectory }),
    });
    const bench = new FaultBench(directory, { load, upstreams, gateway });
    await bench.resume();
    return bench;
  }

  async resume(): Promise<void> {
    this.load.troubles.clear();
    await this.load.start(this.gateway, this.#upstreams);
  }

  /** The gateway takes mail again, small and large, by itself or after a new start when it has ended. */
  async recovered(): Promise<"by itself" | "started again" | undefined> {
    const end = performance.now() + recoveredMs;
    let started = false;
    while (performance.now() < end) {
      if (this.gateway.hasEnded) {
        started = true;
        await this.gateway.ended();
        await this.gateway.startAgain();
      }
      if (await this.load.takesMail()) return started ? "started again" : "by itself";
      await setTimeout(200);
    }
    return undefined;
  }

  /** Stops the load and holds everything against what the clients know. */
  async compareAll(): Promise<Pick<FaultResult, "owedChecked" | "lost" | "findings">> {
    await this.load.stop();
    const now = performance.now();
    const moment = { beganMs: now, endedMs: now };
    const { owed, lost, findings } = await compare({ gateway: this.gateway, ledger: this.load.ledger, moment });
    for await (const { severity, text } of verifyStore(this.gateway.dataDirectory))
      if (severity === "damage") findings.push(`verify: ${text}`);
    return { owedChecked: owed, lost, findings };
  }

  async remove(): Promise<void> {
    await this.load.stop();
    await this.gateway.remove();
    await this.#upstreams.stop();
    await removeDirectory(this.#directory);
  }
}

/** Has one call after the other fail in a gateway under mixed load. */
export async function failCalls(
  faults: readonly FailingCall[],
  { seed, tell }: FaultOptions,
): Promise<readonly FaultResult[]> {
  const bench = await FaultBench.start(seed);
  const results: FaultResult[] = [];
  try {
    for (const fault of faults) {
      const result = await failCall(bench, fault);
      tell(`${result.fault}: ${result.outcome}, ${result.failed} calls failed, ${result.findings.length} findings`);
      for (const finding of result.findings) tell(`    ${finding}`);
      results.push(result);
      await bench.resume();
    }
    return results;
  } finally {
    await bench.remove();
  }
}

async function failCall(bench: FaultBench, failing: FailingCall): Promise<FaultResult> {
  const { gateway, load } = bench;
  const injector = await Injector.attach(gateway.pid, failing, gateway.dataDirectory);
  const end = performance.now() + reachedMs;
  while (performance.now() < end && !gateway.hasEnded) {
    if ((await injector.calls()).some(({ injected }) => injected)) break;
    await setTimeout(100);
  }
  await setTimeout(failing.stays ? illMs : 700);
  const calls = await injector.detach();
  const failed = calls.filter(({ injected }) => injected).length;
  const recovered = await bench.recovered();
  const told = Object.fromEntries(load.troubles);
  const { owedChecked, lost, findings } = await bench.compareAll();
  return {
    fault: describe(failing),
    failed,
    outcome: failed === 0 ? "not reached" : outcomeOf(recovered, told),
    told,
    owedChecked,
    lost,
    findings: [
      ...findings,
      ...retriedSyncs(calls),
      ...wrongAnswers(told),
      ...(recovered === undefined ? ["it takes no mail although the disk is well"] : []),
    ],
  };
}

function describe({ target, call, error, nth, stays }: FailingCall): string {
  return `${call} of ${target}: ${error} ${stays ? `from call ${nth} on, for ${illMs / 1000} s` : `at call ${nth}`}`;
}

function outcomeOf(recovered: string | undefined, told: Readonly<Record<string, number>>): FaultResult["outcome"] {
  if (recovered === "started again") return "ended";
  return Object.keys(told).length > 0 ? "refused" : "unnoticed";
}

/** I7: our trouble is temporary. A connection that just ends is no answer either, but for a gateway that has ended. */
function wrongAnswers(told: Readonly<Record<string, number>>): readonly string[] {
  return Object.keys(told)
    .filter((text) => /\b5\d\d [^ ]*5\.\d|^5\d\d |got 5\d\d |SYS\/PERM|\[AUTH\]/.test(text))
    .map((text) => `a client was told: ${text}`);
}
