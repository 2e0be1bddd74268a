// SPDX-License-Identifier: Apache-2.0

/**
 * Coverage-guided search on the pure machines: what reaches a block that nothing reached before is kept and changed
 * further. What was found stays in `.hostile-corpus/`, which is no part of the repository, and is where the next run
 * begins.
 *
 *   node test/hostile/guided.ts [--seconds N] [--seed N] [--only WORDS]
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { printTable } from "../bench/report.ts";
import { BlockCoverage } from "./coverage.ts";
import { clientMachines, type MachineUnderFire, serverMachines } from "./machines.ts";
import { dialogTurns, Mutations } from "./mutations.ts";

/** Between the turns of a conversation in a file; no octet that a protocol knows in this place. */
const turnMark = "\n--8<--\n";

export interface Search {
  readonly machine: string;
  readonly inputs: number;
  readonly blocksBefore: number;
  readonly blocks: number;
  readonly kept: number;
  /** The first inputs that broke a rule, with what was broken. */
  readonly broken: readonly string[];
}

/** Searches for so long. */
export async function search(
  machine: MachineUnderFire,
  { ms, seed, corpus }: { readonly ms: number; readonly seed: number; readonly corpus: string | undefined },
): Promise<Search> {
  const coverage = new BlockCoverage("/src/protocol/");
  await coverage.start();
  const mutations = new Mutations("smtp", seed);
  const folder = corpus === undefined ? undefined : join(corpus, machine.name.replaceAll(" ", "-"));
  const pool = [
    ...machine.seeds.map((turns) => turns.map((turn) => Buffer.from(turn, "latin1"))),
    ...readCorpus(folder),
  ];
  const broken: string[] = [];
  const run = (turns: readonly Buffer[]): void => {
    try {
      machine.fire(turns);
    } catch (error) {
      if (broken.length < 5)
        broken.push(`${String(error)} by ${JSON.stringify(turns.map((turn) => turn.toString("latin1")))}`);
    }
  };
  for (const turns of pool) run(turns);
  await coverage.newBlocks();
  const blocksBefore = coverage.blocks;
  const untilMs = performance.now() + ms;
  let [inputs, kept] = [0, 0];
  while (performance.now() < untilMs) {
    const turns = vary(pool, mutations);
    run(turns);
    inputs += 1;
    if ((await coverage.newBlocks()) === 0) continue;
    kept += 1;
    pool.push([...turns]);
    if (folder !== undefined) keep(folder, turns);
  }
  const { blocks } = coverage;
  coverage.stop();
  return { machine: machine.name, inputs, blocksBefore, blocks, kept, broken };
}

/** A conversation of the pool with a few turns changed, taken out, put twice, or taken from another one. */
function vary(pool: readonly (readonly Buffer[])[], mutations: Mutations): readonly Buffer[] {
  const turns = [...mutations.pick(pool)];
  for (let changes = 1 + mutations.below(3); changes > 0; changes--) {
    const at = mutations.below(turns.length + 1);
    const other = mutations.pick(pool);
    switch (mutations.below(5)) {
      case 0:
        turns.splice(at, 1);
        break;
      case 1:
        turns.splice(at, 0, ...other.slice(mutations.below(other.length + 1)).slice(0, 3));
        break;
      case 2:
        turns.splice(at, 2, Buffer.concat(turns.slice(at, at + 2)));
        break;
      default:
        turns[at] = mutations.mutate(turns[at] ?? Buffer.alloc(0));
    }
  }
  return turns.slice(0, 40);
}

function readCorpus(folder: string | undefined): Buffer[][] {
  if (folder === undefined) return [];
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).map((name) =>
    readFileSync(join(folder, name), "latin1")
      .split(turnMark)
      .map((turn) => Buffer.from(turn, "latin1")),
  );
}

function keep(folder: string, turns: readonly Buffer[]): void {
  const text = turns.map((turn) => turn.toString("latin1")).join(turnMark);
  writeFileSync(join(folder, createHash("sha256").update(text).digest("hex").slice(0, 16)), text, "latin1");
}

/** Every machine of both protocols, each side. */
export function allMachines(): readonly MachineUnderFire[] {
  const seeds = { smtp: dialogTurns("smtp"), pop3: dialogTurns("pop3") };
  return [...serverMachines(seeds), ...clientMachines];
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      only: { type: "string", default: "" },
    },
  });
  const corpus = join(import.meta.dirname, "../../.hostile-corpus");
  const rows = [["machine", "inputs", "ways from the seeds", "ways found", "inputs kept", "broken"]];
  console.log(`seed ${values.seed}, ${values.seconds} s each`);
  for (const machine of allMachines().filter(({ name }) => name.includes(values.only))) {
    const found = await search(machine, { ms: Number(values.seconds) * 1000, seed: Number(values.seed), corpus });
    const counts = [found.inputs, found.blocksBefore, found.blocks, found.kept, found.broken.length];
    rows.push([found.machine, ...counts.map(String)]);
    for (const each of found.broken) console.log(`BROKEN ${found.machine}: ${each.slice(0, 3000)}`);
    if (found.broken.length > 0) process.exitCode = 1;
  }
  printTable("Coverage-guided search on the machines", rows);
}
