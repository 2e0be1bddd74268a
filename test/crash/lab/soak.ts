// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { waitFor } from "../../support/wait-for.ts";
import { FaultBench } from "./fault-bench.ts";
import type { MixedLoad } from "./mixed-load.ts";

/** What a gateway holds at a moment. */
export interface Holding {
  readonly minute: number;
  /** Acknowledged since the start. */
  readonly messages: number;
  readonly residentMiB: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Of segments and files of large messages. */
  readonly payloadMiB: number;
  readonly indexMiB: number;
}

export interface SoakOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly tell: (line: string) => void;
}

export interface SoakResult {
  /** Messages a second with nothing to hold the senders back, and in the soak. */
  readonly topRate: number;
  readonly rate: number;
  readonly holdings: readonly Holding[];
  /** After everything was pulled and removed. */
  readonly atTheEnd: Holding;
  readonly owedChecked: number;
  readonly lost: number;
  readonly findings: readonly string[];
}

const samples = 20;
const topRateMs = 20_000;
const paceMs = 2000;
/** Memory and descriptors of the second half may be above those of the second quarter by this much; more is a leak. */
const allowedGrowth = 1.15;

/** Mixed load at half of the top rate for a long time: what a gateway holds must not grow with what it has done. */
export async function soak({ seed, minutes, tell }: SoakOptions): Promise<SoakResult> {
  const bench = await FaultBench.start(seed);
  const { load } = bench;
  try {
    const topRate = await measureTopRate(load);
    tell(`top rate ${topRate.toFixed(1)} messages a second; half of it for ${minutes} minutes`);
    const before = load.acknowledged;
    const holdings = await loadAndLook(bench, { rate: topRate / 2, minutes, tell });
    const rate = (load.acknowledged - before) / (minutes * 60);
    const troubles = [...load.troubles].map(([text, count]) => `${count} times: ${text}`);
    const { owedChecked, lost, findings } = await bench.compareAll();
    await load.empty();
    const isEmpty = (): boolean => look(bench, minutes).payloadMiB < 1;
    await waitFor("the space to go back", isEmpty);
    const result = { topRate, rate, holdings, atTheEnd: look(bench, minutes), owedChecked, lost };
    return { ...result, findings: [...findings, ...troubles, ...growth(holdings)] };
  } finally {
    await bench.remove();
  }
}

/** Nothing holds the senders back but the gateway. */
async function measureTopRate(load: MixedLoad): Promise<number> {
  load.world.pauseMs = 0;
  await setTimeout(5000);
  const before = load.acknowledged;
  await setTimeout(topRateMs);
  return ((load.acknowledged - before) * 1000) / topRateMs;
}

async function loadAndLook(
  bench: FaultBench,
  { rate, minutes, tell }: { readonly rate: number; readonly minutes: number; readonly tell: (line: string) => void },
): Promise<readonly Holding[]> {
  const { load } = bench;
  const holdings: Holding[] = [];
  const startedMs = performance.now();
  const everyMs = (minutes * 60_000) / samples;
  load.world.pauseMs = 50;
  let last = { atMs: startedMs, messages: load.acknowledged };
  while (holdings.length <= samples) {
    await setTimeout(paceMs);
    const now = { atMs: performance.now(), messages: load.acknowledged };
    const isRate = ((now.messages - last.messages) * 1000) / (now.atMs - last.atMs);
    load.world.pauseMs = Math.min(2000, Math.max(1, load.world.pauseMs * (isRate > rate ? 1.1 : 0.9)));
    last = now;
    if (now.atMs - startedMs < holdings.length * everyMs) continue;
    holdings.push(look(bench, (now.atMs - startedMs) / 60_000));
    tell(JSON.stringify(holdings.at(-1)));
  }
  return holdings;
}

function look({ gateway, load }: FaultBench, minute: number): Holding {
  const status = readFileSync(`/proc/${gateway.pid}/status`, "utf8");
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  const data = gateway.dataDirectory;
  const payload = ["segments", "large"].flatMap((folder) =>
    readdirSync(join(data, folder)).map((name) => join(data, folder, name)),
  );
  return {
    minute: rounded(minute),
    messages: load.acknowledged,
    residentMiB: rounded(field("VmRSS") / 1024),
    descriptors: readdirSync(`/proc/${gateway.pid}/fd`).length,
    threads: field("Threads"),
    payloadMiB: rounded(bytesOf(payload) / 1024 ** 2),
    indexMiB: rounded(bytesOf([join(data, "index.sqlite"), join(data, "index.sqlite-wal")]) / 1024 ** 2),
  };
}

function bytesOf(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

function growth(holdings: readonly Holding[]): readonly string[] {
  const half = Math.ceil(holdings.length / 2);
  const early = holdings.slice(Math.ceil(holdings.length / 4), half + 1);
  const late = holdings.slice(half + 1);
  return (["residentMiB", "descriptors", "threads"] as const).flatMap((name) => {
    const [was, is] = [early, late].map((part) => part.reduce((sum, each) => sum + each[name], 0) / part.length);
    if (was === undefined || is === undefined || is <= was * allowedGrowth) return [];
    return [`${name} grew from ${was.toFixed(0)} to ${is.toFixed(0)}`];
  });
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
