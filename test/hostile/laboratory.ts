// SPDX-License-Identifier: Apache-2.0
import { ApiClient } from "../support/api-client.ts";
import { type CreatedMailbox, GatewayProcess } from "../support/gateway-process.ts";
import { runProgram } from "../support/run-program.ts";
import { AttackProcess } from "./attack-process.ts";
import { Gauge, type Holding, holdingOf } from "./gauge.ts";
import { NormalClient, type Sample } from "./normal-client.ts";
import type { Arena, Outcome, Scenario, Target } from "./scenario.ts";
import { prepareUpstream } from "./upstream-place.ts";

const administrator = "hostess";
const administratorPassword = "grüne Eulen lesen nachts";
const program = new URL("../../bin/postern.cjs", import.meta.url).pathname;

export interface LaboratoryOptions {
  /** More configuration, so that the whole can be tried with any; it wins over that of a scenario. */
  readonly configuration: string;
  readonly scale: Arena["scale"];
  readonly seed: number;
  /** How long an attack without an end of its own goes on. */
  readonly durationMs: number;
  /** How long the normal client is watched alone, before and after. */
  readonly aloneMs: number;
  /** Messages a second of the normal client. */
  readonly perSecond: number;
}

/** What the normal client met in one stretch of time. */
export interface Service {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly pulls: number;
  readonly pullMedianMs: number;
  /** Connections refused or broken. */
  readonly troubles: number;
}

export interface Result extends Outcome {
  readonly scenario: string;
  readonly seconds: number;
  readonly service: { readonly before: Service; readonly during: Service; readonly after: Service };
  readonly memoryMiB: { readonly before: number; readonly peak: number; readonly after: number };
  readonly descriptors: { readonly before: number; readonly peak: number; readonly after: number };
  /** Messages of the normal client that were acknowledged, and whether each was there. */
  readonly acknowledged: number;
  readonly crashed: boolean;
}

/** A gateway in a process of its own, to be attacked by one scenario after another with a normal client beside it. */
export class Laboratory {
  readonly #options: LaboratoryOptions;
  readonly #gateway: GatewayProcess;
  readonly #target: Target;
  readonly #mailbox: CreatedMailbox;
  readonly #removeUpstream: () => Promise<void>;
  readonly #attackers = new AttackProcess();

  private constructor(
    options: LaboratoryOptions,
    parts: {
      readonly gateway: GatewayProcess;
      readonly target: Target;
      readonly mailbox: CreatedMailbox;
      readonly removeUpstream: () => Promise<void>;
    },
  ) {
    this.#removeUpstream = parts.removeUpstream;
    this.#options = options;
    this.#gateway = parts.gateway;
    this.#target = parts.target;
    this.#mailbox = parts.mailbox;
  }

  static async start(options: LaboratoryOptions, configuration = ""): Promise<Laboratory> {
    const upstream = await prepareUpstream(configuration);
    const settings = [upstream.configuration, options.configuration].filter((text) => text !== "");
    const gateway = await GatewayProcess.start({ settings });
    try {
      const [mailbox, hostile, token] = await Promise.all([
        gateway.createMailbox("normal"),
        gateway.createMailbox("hostile"),
        makeToken(gateway),
      ]);
      const target: Target = {
        ports: gateway.ports,
        address: hostile.address,
        ownMailbox: hostile,
        administrator,
        token,
        upstream: upstream.place,
      };
      return new Laboratory(options, { gateway, target, mailbox, removeUpstream: upstream.remove });
    } catch (error) {
      await gateway.remove();
      await upstream.remove();
      throw error;
    }
  }

  async run(scenario: Scenario): Promise<Result> {
    const { aloneMs, scale, durationMs, seed, perSecond } = this.#options;
    const { pid, ports } = this.#gateway;
    const client = new NormalClient({
      ports,
      certificate: await this.#gateway.certificate(),
      mailbox: this.#mailbox,
      perSecond: perSecond / 2,
    });
    client.start();
    // The first connections and what the gateway loads for them are not what is measured.
    await client.goesOn(aloneMs < 1000 ? 5 : 100);
    const beforeMs = performance.now();
    await pauseMs(aloneMs);
    const before = await holdingOf(pid);
    const gauge = new Gauge(pid);
    const [attackMs, troublesBefore] = [performance.now(), client.troubles.length];
    const outcome = await this.#attackers
      .run(scenario, { target: this.#target, scale, durationMs, seed })
      .catch((error: unknown): Outcome => ({ tried: "", answers: {}, wrong: [String(error)] }));
    const [overMs, troublesOver] = [performance.now(), client.troubles.length];
    const peak = gauge.stop();
    const goesOn = await client.goesOn(5);
    await pauseMs(aloneMs);
    const afterMs = performance.now();
    const mail = await client.stop().catch((error: unknown) => [`the normal client: ${String(error)}`]);
    const after = await this.#settled(before);
    const stretch = (fromMs: number, toMs: number, troubles: number): Service =>
      serviceOf(client, { fromMs, toMs, troubles });
    const crashed = !this.#gateway.isRunning;
    const served = goesOn ? [] : ["the normal client gets nothing done after the attack"];
    const wrong = [...outcome.wrong, ...served, ...mail, ...judge(scenario, { before, peak, after, crashed })];
    return {
      scenario: scenario.name,
      ...outcome,
      wrong: await this.#withLog(wrong),
      seconds: (overMs - attackMs) / 1000,
      service: {
        before: stretch(beforeMs, attackMs, troublesBefore),
        during: stretch(attackMs, overMs, troublesOver - troublesBefore),
        after: stretch(overMs, afterMs, client.troubles.length - troublesOver),
      },
      memoryMiB: { before: before.memoryMiB, peak: peak.memoryMiB, after: after.memoryMiB },
      descriptors: { before: before.descriptors, peak: peak.descriptors, after: after.descriptors },
      acknowledged: client.acknowledged,
      crashed,
    };
  }

  /** Ends the gateway as an administrator does; says what it left wrong, a line each. */
  async stop(): Promise<readonly string[]> {
    this.#attackers.stop();
    try {
      const code = await this.#gateway.stop();
      const wrong = code === 0 ? [] : [`the gateway ended with ${String(code)}`];
      await this.#gateway.verify();
      return wrong;
    } catch (error) {
      return [String(error)];
    } finally {
      await this.#gateway.remove();
      await this.#removeUpstream();
    }
  }

  /** What the gateway holds once it has let go of what it can; sessions that linger have some seconds. */
  async #settled(before: Holding): Promise<Holding> {
    let now = await holdingOf(this.#gateway.pid).catch(() => ({ memoryMiB: 0, descriptors: 0 }));
    for (let tries = 0; tries < 300 && now.descriptors > before.descriptors + storeDescriptors; tries++) {
      await pauseMs(100);
      now = await holdingOf(this.#gateway.pid).catch(() => now);
    }
    return now;
  }

  /** The gateway's last words beside what went wrong. */
  async #withLog(wrong: readonly string[]): Promise<readonly string[]> {
    if (wrong.length === 0) return wrong;
    return [...wrong, `the log ends: ${(await this.#gateway.log()).slice(-1500)}`];
  }
}

/** Files that the store opens and closes as it likes: segments that are written, compacted or read. */
const storeDescriptors = 6;

/** What holds for every attack, whatever it was. */
function judge(
  { memoryMiB }: Scenario,
  seen: { readonly before: Holding; readonly peak: Holding; readonly after: Holding; readonly crashed: boolean },
): readonly string[] {
  const wrong: string[] = [];
  if (seen.crashed) wrong.push("the gateway is gone");
  // What an attack left to be done may take more than itself.
  const grown = Math.max(seen.peak.memoryMiB, seen.after.memoryMiB) - seen.before.memoryMiB;
  if (grown > memoryMiB) wrong.push(`memory grew by ${grown} MiB, and may by ${memoryMiB}`);
  const left = seen.after.descriptors - seen.before.descriptors;
  if (left > storeDescriptors) wrong.push(`${left} descriptors were not given back`);
  return wrong;
}

function serviceOf(
  { sent, pulls }: NormalClient,
  { fromMs, toMs, troubles }: { readonly fromMs: number; readonly toMs: number; readonly troubles: number },
): Service {
  const within = ({ dueMs }: Sample): boolean => dueMs >= fromMs && dueMs < toMs;
  const took = (samples: readonly Sample[]): readonly number[] =>
    samples
      .filter(within)
      .map(({ tookMs }) => tookMs)
      .toSorted((one, other) => one - other);
  const [sending, pulling] = [took(sent), took(pulls)];
  // What was done in this time, whenever it was due.
  const done = sent.filter(({ dueMs, tookMs }) => dueMs + tookMs >= fromMs && dueMs + tookMs < toMs).length;
  return {
    perSecond: done / ((toMs - fromMs) / 1000),
    medianMs: share(sending, 0.5),
    p99Ms: share(sending, 0.99),
    worstMs: sending.at(-1) ?? Number.NaN,
    pulls: pulling.length,
    pullMedianMs: share(pulling, 0.5),
    troubles,
  };
}

/** The value below which this share of the sorted values lies. */
function share(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** An administrator, made as the command line does it, and a token of theirs that may read. */
async function makeToken(gateway: GatewayProcess): Promise<string> {
  const create = ["admin", "create", administrator, "--config", gateway.configurationFile, "--json"];
  await runProgram(process.execPath, [program, ...create], { env: { POSTERN_PASSWORD: administratorPassword } });
  const client = new ApiClient(gateway.ports.console);
  await client.signIn(administrator, administratorPassword);
  const expiresAt = new Date(Date.now() + 24 * 3_600_000).toISOString();
  const made = await client.call("POST", "account/tokens", {
    body: { name: "follower", scopes: ["status:read", "events:read"], expiresAt },
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return String(made.body.token);
}

function pauseMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
