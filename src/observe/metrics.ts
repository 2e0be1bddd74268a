// SPDX-License-Identifier: Apache-2.0

/** Label values of one series. They come from closed sets of ours, never from a peer: each is a series for ever. */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(amount?: number, labels?: Labels): void;
}

export interface Histogram {
  observe(value: number): void;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: () => Iterable<readonly [suffix: string, labels: Labels, value: number]>;
}

/** Counts what happens and writes it in the text format of Prometheus (version 0.0.4). */
export class MetricsRegistry {
  readonly #families = new Map<string, Family>();

  /** A number that only grows. `name` ends in `_total`. */
  counter(name: string, help: string): Counter {
    // A series is known by its labels as they are written.
    const series = new Map<string, { readonly labels: Labels; value: number }>();
    this.#register({
      name,
      help,
      type: "counter",
      samples: () => Array.from(series.values(), ({ labels, value }) => ["", labels, value] as const),
    });
    return {
      add(amount = 1, labels = {}) {
        const key = formatLabels(labels);
        const found = series.get(key);
        if (found === undefined) series.set(key, { labels, value: amount });
        else found.value += amount;
      },
    };
  }

  /** A number that goes up and down, read when it is asked for. */
  gauge(name: string, help: string, read: () => number): void {
    this.#register({ name, help, type: "gauge", samples: () => [["", {}, read()]] });
  }

  /** How values are spread. `bounds` are the upper ends of the buckets, rising. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const counts = bounds.map(() => 0);
    let sum = 0;
    let count = 0;
    this.#register({
      name,
      help,
      type: "histogram",
      *samples() {
        let below = 0;
        for (const [index, bound] of bounds.entries()) {
          below += counts[index] ?? 0;
          yield ["_bucket", { le: String(bound) }, below];
        }
        yield ["_bucket", { le: "+Inf" }, count];
        yield ["_sum", {}, sum];
        yield ["_count", {}, count];
      },
    });
    return {
      observe(value) {
        const bucket = bounds.findIndex((bound) => value <= bound);
        if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1;
        sum += value;
        count += 1;
      },
    };
  }

  /** Everything, as `/metrics` would serve it. */
  text(): string {
    return Array.from(this.#families.values(), formatFamily).join("");
  }

  /** Every series that is not zero, by the name and labels it has in `text`. */
  values(): Readonly<Record<string, number>> {
    const values: Record<string, number> = {};
    for (const { name, samples } of this.#families.values())
      for (const [suffix, labels, value] of samples())
        if (value !== 0) values[`${name}${suffix}${formatLabels(labels)}`] = value;
    return values;
  }

  #register(family: Family): void {
    if (this.#families.has(family.name)) throw new RangeError(`two metrics are called ${family.name}`);
    this.#families.set(family.name, family);
  }
}

function formatFamily({ name, help, type, samples }: Family): string {
  const lines = [`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${name} ${type}`];
  for (const [suffix, labels, value] of samples()) lines.push(`${name}${suffix}${formatLabels(labels)} ${value}`);
  return `${lines.join("\n")}\n`;
}

function formatLabels(labels: Labels): string {
  const names = Object.keys(labels).toSorted((a, b) => (a < b ? -1 : 1));
  const pairs = names.map((name) => {
    const escaped = (labels[name] ?? "").replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
    return `${name}="${escaped}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
