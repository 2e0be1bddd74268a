// SPDX-License-Identifier: Apache-2.0
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { verifyStore } from "../../../src/store/verify.ts";
import { runProgram } from "../../support/run-program.ts";
import { waitFor } from "../../support/wait-for.ts";
import { FaultBench, type FaultOptions, type FaultResult, judge } from "./fault-bench.ts";

const limitedMs = 3000;
const lookMs = 10;

interface Aim {
  readonly name: string;
  /** The files that are to be cut short, and by how many octets they may still grow from now on. */
  readonly files: (data: string) => readonly string[];
  readonly room: readonly number[];
}

/** No file may be longer than the limit: which one meets it is up to the aim, and what is longer already meets it at once. */
const aims: readonly Aim[] = [
  { name: "segment", files: (data) => newest(join(data, "segments")), room: [200, 700, 5000] },
  { name: "log of the index", files: (data) => [join(data, "index.sqlite-wal")], room: [300, 4100, 9000] },
  { name: "large message", files: () => [], room: [200_000, 400_000, 600_000] },
];

/**
 * Writes that the kernel does in part and then refuses: RLIMIT_FSIZE of the running gateway is set a little above the
 * present length of a file, and taken away again. Afterwards the gateway is started anew, for what reads a record that
 * was cut short is the start.
 */
export async function shortenWrites({ seed, tell }: FaultOptions): Promise<readonly FaultResult[]> {
  const bench = await FaultBench.start(seed);
  const results: FaultResult[] = [];
  try {
    for (const aim of aims)
      for (const room of aim.room) results.push(await bench.passed(await shorten(bench, aim, room), tell, "cut short"));
    return results;
  } finally {
    await bench.remove();
  }
}

async function shorten(bench: FaultBench, { name, files }: Aim, octets: number): Promise<FaultResult> {
  const { gateway } = bench;
  const aimedAt = (): number => Math.max(0, ...files(gateway.dataDirectory).map(lengthOf));
  const log = join(gateway.dataDirectory, "index.sqlite-wal");
  // What is longer than the limit is refused at once, and without the index nothing would come to the segment.
  if (name === "segment") await waitFor("the segment to be longer than the log", () => aimedAt() > lengthOf(log));
  await setTimeout(1000);
  const limit = aimedAt() + octets;
  await limitFileSize(gateway.pid, String(limit));
  const cut = await cutShort(bench, limit);
  if (!gateway.hasEnded) await limitFileSize(gateway.pid, "unlimited");
  const judged = await judge(bench);
  const findings = [...judged.findings, ...(await findingsOfNewStart(bench))];
  const fault = `writes of ${name} end ${octets} octets on, for ${limitedMs / 1000} s`;
  const outcome = cut === 0 ? "not reached" : judged.outcome;
  return { ...judged, fault, failed: cut, outcome, findings };
}

/** The soft limit: whoever set it can lift it. */
async function limitFileSize(pid: number, bytes: string): Promise<void> {
  await runProgram("prlimit", [`--pid=${pid}`, `--fsize=${bytes}:unlimited`]);
}

/** How many files ended at the limit, to the octet, while it was there. */
async function cutShort({ gateway }: FaultBench, limit: number): Promise<number> {
  const data = gateway.dataDirectory;
  const cut = new Set<string>();
  for (const end = performance.now() + limitedMs; performance.now() < end && !gateway.hasEnded; ) {
    for (const file of payloadAndIndex(data)) if (lengthOf(file) === limit) cut.add(file);
    await setTimeout(lookMs);
  }
  return cut.size;
}

/** What is on the disk is whole, by another reader and by another start. */
async function findingsOfNewStart(bench: FaultBench): Promise<readonly string[]> {
  await bench.gateway.stop();
  const findings: string[] = [];
  // A large file whose commit failed belongs to nobody until the start has asked the index.
  for await (const { severity, text } of verifyStore(bench.gateway.dataDirectory))
    if (severity === "damage") findings.push(`verify, stopped: ${text}`);
  await bench.gateway.startAgain();
  const compared = await bench.compareAll();
  return [...findings, ...compared.findings.map((text) => `after a new start: ${text}`)];
}

function payloadAndIndex(data: string): readonly string[] {
  const payload = ["segments", "large"].flatMap((folder) =>
    readdirSync(join(data, folder)).map((name) => join(data, folder, name)),
  );
  return [...payload, join(data, "index.sqlite-wal"), join(data, "index.sqlite")];
}

/** The last two: after a failed write the next one is begun. */
function newest(segments: string): readonly string[] {
  const names = readdirSync(segments).toSorted().slice(-2);
  return names.map((name) => join(segments, name));
}

function lengthOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
