// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from "node:timers/promises";
import { verifyStore } from "../../../src/store/verify.ts";
import { type GatewayOptions, GatewayProcess } from "../../support/gateway-process.ts";
import { removeDirectory, temporaryDirectory } from "../../support/temporary.ts";
import { labSettings } from "./check-cut.ts";
import { compare } from "./compare.ts";
import { MixedLoad } from "./mixed-load.ts";
import { Upstreams } from "./upstreams.ts";

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

  /** `options`: where its data are, and more settings and variables of its environment. */
  static async start(seed: number, options: GatewayOptions = {}): Promise<FaultBench> {
    const directory = await temporaryDirectory("faults");
    const load = new MixedLoad({ seed, pauseMs: 20, senders: 6 });
    const upstreams = await Upstreams.start(directory, load.world);
    const gateway = await GatewayProcess.start({
      ...options,
      configuration: upstreams.configuration(directory),
      settings: [...labSettings, ...(options.settings ?? [])],
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

  /** Tells what came of a fault, and goes on under load for the next one. `counted`: what `failed` counts, in words. */
  async passed(result: FaultResult, tell: FaultOptions["tell"], counted?: string): Promise<FaultResult> {
    const { fault, outcome, failed, findings } = result;
    const counts = [...(counted === undefined ? [] : [`${failed} ${counted}`]), `${findings.length} findings`];
    tell(`${fault}: ${outcome}, ${counts.join(", ")}`);
    for (const finding of findings) tell(`    ${finding}`);
    await this.resume();
    return result;
  }

  async remove(): Promise<void> {
    await this.load.stop();
    await this.gateway.remove();
    await this.#upstreams.stop();
    await removeDirectory(this.#directory);
  }
}

/** After a fault is over: the gateway must take mail again, and have everything that anybody knows of. */
export async function judge(bench: FaultBench): Promise<Omit<FaultResult, "fault" | "failed">> {
  const recovered = await bench.recovered();
  const told = Object.fromEntries(bench.load.troubles);
  const { owedChecked, lost, findings } = await bench.compareAll();
  const stays = recovered === undefined ? ["it takes no mail although the disk is well"] : [];
  return {
    outcome: outcomeOf(recovered, told),
    told,
    owedChecked,
    lost,
    findings: [...findings, ...wrongAnswers(told), ...stays],
  };
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
