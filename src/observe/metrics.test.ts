// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { countingLog } from "./event-metrics.ts";
import { silentLog } from "./log.ts";
import { MetricsRegistry } from "./metrics.ts";

// Expected texts follow "Exposition formats" of the Prometheus documentation, text format 0.0.4.

test("a counter has a series for each set of labels, in whatever order they are given", () => {
  const registry = new MetricsRegistry();
  const refused = registry.counter("refused_total", "Refused.\nA \\ line.");
  refused.add(1, { a: "1", b: "2" });
  refused.add(2, { b: "2", a: "1" });
  refused.add(1, { a: 'quote " line\n back \\', b: "" });
  assert.equal(
    registry.text(),
    "# HELP refused_total Refused.\\nA \\\\ line.\n# TYPE refused_total counter\n" +
      'refused_total{a="1",b="2"} 3\nrefused_total{a="quote \\" line\\n back \\\\",b=""} 1\n',
  );
});

test("a gauge is read when it is asked for", () => {
  const registry = new MetricsRegistry();
  let open = 1;
  registry.gauge("open", "Open.", () => open);
  open = 7;
  assert.equal(registry.text(), "# HELP open Open.\n# TYPE open gauge\nopen 7\n");
});

test("the buckets of a histogram are cumulative and end in +Inf; a bound belongs to its bucket", () => {
  const registry = new MetricsRegistry();
  const sizes = registry.histogram("batch", "Batch.", [1, 10]);
  for (const value of [1, 2, 10, 11]) sizes.observe(value);
  assert.equal(
    registry.text(),
    "# HELP batch Batch.\n# TYPE batch histogram\n" +
      'batch_bucket{le="1"} 1\nbatch_bucket{le="10"} 3\nbatch_bucket{le="+Inf"} 4\nbatch_sum 24\nbatch_count 4\n',
  );
});

test("a name is given once", () => {
  const registry = new MetricsRegistry();
  registry.gauge("open", "Open.", () => 1);
  assert.throws(() => registry.counter("open", "Open."), RangeError);
});

test("events are counted on their way to the log, refusals by cause", () => {
  const registry = new MetricsRegistry();
  const log = countingLog(silentLog, registry).with({ peer: "192.0.2.1" });
  log.event("smtp/kept");
  log.event("smtp/refused", { cause: "unknown-mailbox" });
  log.event("pop3/updated", { removed: 5 });
  const text = registry.text();
  assert.ok(text.includes('postern_events_total{event="smtp/kept"} 1\n'));
  assert.ok(text.includes('postern_events_total{event="store/failing"} 0\n'));
  assert.ok(text.includes('postern_refusals_total{cause="unknown-mailbox",event="smtp/refused"} 1\n'));
  assert.ok(text.includes("postern_messages_removed_total 5\n"));
});
