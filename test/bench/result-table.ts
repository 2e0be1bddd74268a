// SPDX-License-Identifier: Apache-2.0
import type { BenchResult, Verdict } from "./bench-run.ts";
import { formatTable } from "./report.ts";

/** More rounds make no table better; the JSON file has all. */
const mostShown = 8;

interface Shown extends Pick<BenchResult, "columns" | "sides"> {
  readonly verdicts: readonly Pick<Verdict, "row" | "text">[];
}

/** One result as a table of Markdown: a side a row, with its medians, what was to be reached, and its rounds. */
export function formatResult({ columns, sides, verdicts }: Shown): string {
  const used = columns.filter(({ figure }) => sides.some(({ medians }) => medians[figure] !== undefined));
  const [counted] = columns;
  const roundsOf = ({ rounds }: BenchResult["sides"][number]): string =>
    rounds
      .slice(0, mostShown)
      .map((round) => shown(round[counted?.figure ?? ""], counted?.digits ?? 0))
      .join(" ");
  return formatTable([
    ["", ...used.map(({ heading }) => heading), "Postern is", "rounds"],
    ...sides.map((side) => [
      side.name,
      ...used.map(({ figure, digits }) => shown(side.medians[figure], digits)),
      verdicts
        .filter(({ row }) => row === side.name)
        .map(({ text }) => text)
        .join(", "),
      roundsOf(side),
    ]),
  ]);
}

/** A number as it stands in a table; nothing where there is none. */
export function shown(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? "" : value.toFixed(digits);
}
