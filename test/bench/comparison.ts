// SPDX-License-Identifier: Apache-2.0

/** Several sides that do the same work in turns, so that a busy moment of the machine hits every side. */
import type { BenchRun, Column, Figures, SideResult, Verdict } from "./bench-run.ts";
import { median, progress } from "./report.ts";
import { formatResult, shown } from "./result-table.ts";

export interface Side {
  readonly name: string;
  /** One round; the first ones, up to round 0, warm caches and code and do not count. */
  measure(round: number): Promise<Figures>;
}

/** What is to be reached, of the first side. */
export interface Goal {
  readonly figure: string;
  /** The side that the first one is divided by; without it the figure itself counts. */
  readonly over?: string;
  readonly atLeast?: number | undefined;
  readonly atMost?: number;
}

export interface Comparison {
  readonly title: string;
  /** One or two sentences: what a round is, and what is counted. */
  readonly method: string;
  readonly columns: readonly Column[];
  readonly goals: readonly Goal[];
  readonly warmUps?: number;
}

/** Runs all rounds, prints a table and keeps everything for the JSON file. Returns the sides in their order. */
export async function compare(
  run: BenchRun,
  comparison: Comparison,
  sides: readonly Side[],
): Promise<readonly SideResult[]> {
  const taken = new Map<Side, Figures[]>(sides.map((side) => [side, []]));
  for (let round = 1 - (comparison.warmUps ?? 1); round <= run.rounds; round++)
    for (const [side, figures] of taken) {
      run.over.throwIfAborted();
      progress(`${comparison.title}, round ${round} of ${run.rounds}: ${side.name}`);
      const measured = await side.measure(round);
      if (round > 0) figures.push(measured);
    }
  const results = [...taken].map(([{ name }, rounds]) => ({ name, rounds, medians: mediansOf(rounds) }));
  conclude(run, comparison, results);
  return results;
}

/** Prints and keeps rounds that were measured elsewhere. */
export function conclude(run: BenchRun, comparison: Comparison, results: readonly SideResult[]): void {
  const { title, method, columns, goals } = comparison;
  const verdicts = goals.flatMap((goal) => verdictOf(goal, columns, results) ?? []);
  const result = { title, method, columns, sides: results, verdicts };
  run.record(result);
  console.log(`\n${title}\n\n${formatResult(result)}`);
}

export function mediansOf(rounds: readonly Figures[]): Figures {
  const names = new Set(rounds.flatMap((round) => Object.keys(round)));
  const medianOf = (name: string): number => median(rounds.flatMap((round) => round[name] ?? []));
  return Object.fromEntries(Array.from(names, (name) => [name, medianOf(name)]));
}

function verdictOf(
  { figure, over, atLeast, atMost }: Goal,
  columns: readonly Column[],
  [ours, ...others]: readonly SideResult[],
): Verdict | undefined {
  const theirs = others.find(({ name }) => name === over);
  // A side that is not here (a peer that could not be installed) has nothing to be compared with.
  if (ours === undefined || (over !== undefined && theirs === undefined)) return undefined;
  const own = ours.medians[figure] ?? Number.NaN;
  const value = theirs === undefined ? own : own / (theirs.medians[figure] ?? Number.NaN);
  const heading = columns.find((column) => column.figure === figure)?.heading ?? figure;
  const number =
    theirs === undefined
      ? `${heading} ${shown(value, value < 10 ? 2 : 0)}`
      : `${value.toFixed(value < 2 ? 2 : 1)}x${figure === columns[0]?.figure ? "" : ` ${heading}`}`;
  const what = theirs === undefined ? `${heading}: ${ours.name}` : `${heading}: ${ours.name} / ${theirs.name}`;
  const row = theirs === undefined ? ours.name : theirs.name;
  const target = atLeast ?? atMost;
  if (target === undefined) return { row, what, value, text: number };
  const order = atLeast === undefined ? "at most" : "at least";
  const reached = order === "at least" ? value >= target : value <= target;
  const text = `${number} (${reached ? "reached" : "missed"}: ${order} ${target})`;
  return { row, what, value, target, order, reached, text };
}
