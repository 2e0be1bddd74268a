// SPDX-License-Identifier: Apache-2.0

/** What one run of the benchmarks was asked for, and where its results go. */
export interface BenchRun {
  /** Measured rounds of each side; one more before them warms up. */
  readonly rounds: number;
  /** About how long each measured round lasts, for the benchmarks that choose how many messages they send. */
  readonly seconds: number;
  /** 0 to 1: the share of the messages, for the benchmarks that have a fixed number of them. */
  readonly share: number;
  /** More settings of the gateway, each a line of TOML: `gateway.threads = 2`. */
  readonly settings: readonly string[];
  /** Aborts when somebody stops the run: what was started is stopped before the program ends. */
  readonly over: AbortSignal;
  /** Keeps a result for the JSON file. */
  record(result: BenchResult): void;
}

/** The numbers of one round of one side, by name: `perSecond`, `cpuMs`, … */
export type Figures = Readonly<Record<string, number>>;

export interface SideResult {
  readonly name: string;
  readonly rounds: readonly Figures[];
  readonly medians: Figures;
}

/** How a figure is shown. */
export interface Column {
  readonly figure: string;
  readonly heading: string;
  readonly digits: number;
}

/** A ratio or a figure beside what was to be reached. */
export interface Verdict {
  /** The side beside which it stands in the table. */
  readonly row: string;
  readonly what: string;
  readonly value: number;
  /** Absent when the number is for information. */
  readonly target?: number;
  readonly order?: "at least" | "at most";
  readonly reached?: boolean;
  /** All of it in a few characters. */
  readonly text: string;
}

export interface BenchResult {
  readonly title: string;
  readonly method: string;
  readonly columns: readonly Column[];
  readonly sides: readonly SideResult[];
  readonly verdicts: readonly Verdict[];
}
