// SPDX-License-Identifier: Apache-2.0

/**
 * Writes results into docs/performance.md, between its two marks: what was to be reached, and every table. Of several
 * files the last one that has a benchmark counts for it.
 *
 *   node test/bench/page.ts RESULTS.json…
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { formatTable } from "./report.ts";
import { formatResult, shown } from "./result-table.ts";

const figures = z.record(
  z.string(),
  z
    .number()
    .nullable()
    .transform((value) => value ?? Number.NaN),
);
const fileShape = z.object({
  machine: z.object({ cpus: z.number(), model: z.string(), memoryMiB: z.number(), kernel: z.string() }),
  versions: z.record(z.string(), z.string()),
  asked: z.object({ rounds: z.number(), seconds: z.number(), share: z.number(), settings: z.array(z.string()) }),
  started: z.object({ at: z.string(), load: z.number() }),
  ended: z.object({ at: z.string(), load: z.number() }),
  results: z.array(
    z.object({
      bench: z.string(),
      title: z.string(),
      method: z.string(),
      columns: z.array(z.object({ figure: z.string(), heading: z.string(), digits: z.number() })),
      sides: z.array(z.object({ name: z.string(), rounds: z.array(figures), medians: figures })),
      verdicts: z.array(
        z.object({
          row: z.string(),
          what: z.string(),
          value: z
            .number()
            .nullable()
            .transform((value) => value ?? Number.NaN),
          target: z.number().optional(),
          order: z.enum(["at least", "at most"]).optional(),
          reached: z.boolean().optional(),
          text: z.string(),
        }),
      ),
    }),
  ),
});

type ResultFile = z.infer<typeof fileShape>;
type Result = ResultFile["results"][number];

const page = join(import.meta.dirname, "../../docs/performance.md");
const [begin, end] = ["<!-- results: node test/bench/page.ts -->", "<!-- end of results -->"];

const files = process.argv.slice(2).map((path) => fileShape.parse(JSON.parse(readFileSync(path, "utf8"))));
const latest = new Map<string, ResultFile>();
for (const file of files) for (const { bench } of file.results) latest.set(bench, file);
const results = [...latest].flatMap(([bench, file]) => file.results.filter((result) => result.bench === bench));
const text = readFileSync(page, "utf8");
const [before, rest] = text.split(begin, 2);
const after = rest?.split(end, 2)[1];
if (before === undefined || after === undefined) throw new Error(`${page} has no marks`);
const parts = [...files.map(describeRun), targets(results), ...sections(results)];
writeFileSync(page, `${before}${begin}\n\n${parts.join("\n\n")}\n\n${end}${after}`);

function describeRun({ machine, versions, asked, started, ended, results: own }: ResultFile): string {
  const names = [...new Set(own.map(({ bench }) => bench))].join(", ");
  const programs = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
  const settings =
    asked.settings.length === 0 ? "" : `; with ${asked.settings.map((line) => `\`${line}\``).join(", ")}`;
  return (
    `${machine.cpus} x ${machine.model}, ${Math.round(machine.memoryMiB / 1024)} GiB, Linux ${machine.kernel}; ${programs}. ` +
    `${asked.rounds} rounds${settings}; load of the machine ${started.load.toFixed(1)} before and ` +
    `${ended.load.toFixed(1)} after (${names}; ${started.at.slice(0, 16)}Z to ${ended.at.slice(11, 16)}Z).`
  );
}

/** Every figure that had to be reached, beside what was. */
function targets(all: readonly Result[]): string {
  const rows = all.flatMap(({ title, verdicts }) =>
    verdicts.flatMap(({ what, value, target, order, reached }) =>
      target === undefined
        ? []
        : [
            [
              title,
              what,
              shown(value, value < 10 ? 2 : 0),
              `${order ?? ""} ${target}`,
              reached === true ? "yes" : "**no**",
            ],
          ],
    ),
  );
  return `### Everything that was to be reached\n\n${formatTable([["", "", "was", "to reach", "reached"], ...rows])}`;
}

function sections(all: readonly Result[]): readonly string[] {
  const seen = new Set<string>();
  return all.map((result) => {
    const heading = seen.has(result.bench) ? "" : `### ${result.bench}\n\n`;
    seen.add(result.bench);
    return `${heading}**${result.title}.** ${result.method}\n\n${formatResult(result)}`;
  });
}
