// SPDX-License-Identifier: Apache-2.0
import { printTable } from "../bench/report.ts";
import type { Result, Service } from "./laboratory.ts";

const columns = [
  "scenario",
  "s",
  "mail/s",
  "median ms",
  "99th ms",
  "pull ms",
  "broken",
  "RSS MiB",
  "descriptors",
  "mail lost",
  "verdict",
];

/** The table: for the normal client "before > during", for what the process holds "before > peak > after". */
export function printResults(results: readonly Result[]): void {
  printTable("Under attack (normal client: before > during)", [columns, ...results.map(row)]);
  for (const { scenario, tried, answers } of results) {
    const told = Object.entries(answers).map(([answer, times]) => `${times} x ${answer === "" ? "no answer" : answer}`);
    console.log(`\n${scenario}: ${tried}\n  ${told.slice(0, 8).join(", ")}`);
  }
  for (const { scenario, wrong } of results) for (const each of wrong) console.log(`\nWRONG ${scenario}: ${each}`);
}

function row(result: Result): readonly string[] {
  const { service, memoryMiB, descriptors, wrong } = result;
  const both = (read: (service: Service) => number, digits = 0): string =>
    `${shown(read(service.before), digits)} > ${shown(read(service.during), digits)}`;
  const lost = wrong.filter((each) => each.startsWith("message ")).length;
  return [
    result.scenario,
    result.seconds.toFixed(0),
    both(({ perSecond }) => perSecond),
    both(({ medianMs }) => medianMs, 1),
    both(({ p99Ms }) => p99Ms),
    both(({ pullMedianMs }) => pullMedianMs),
    String(service.during.troubles),
    `${memoryMiB.before} > ${memoryMiB.peak} > ${memoryMiB.after}`,
    `${descriptors.before} > ${descriptors.peak} > ${descriptors.after}`,
    `${lost} of ${result.acknowledged}`,
    result.crashed ? "CRASHED" : wrong.length === 0 ? "held" : "WRONG",
  ];
}

function shown(value: number, digits: number): string {
  return Number.isNaN(value) ? "-" : value.toFixed(digits);
}
