// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BenchResult } from "./bench-run.ts";
import { compare } from "./comparison.ts";
import { callTree, drawFlames } from "./flame-svg.ts";
import { formatResult } from "./result-table.ts";
import { quantile } from "./smtp-load.ts";

const columns = [{ figure: "perSecond", heading: "messages/s", digits: 0 }];

/** What comes out of two sides with these figures, a round each. */
async function compared(own: readonly number[], theirs: readonly number[], atLeast: number): Promise<BenchResult> {
  const results: BenchResult[] = [];
  const run = { rounds: own.length, seconds: 1, share: 1, settings: [], over: new AbortController().signal };
  const side = (name: string, figures: readonly number[]) => ({
    name,
    measure: async (round: number) => ({ perSecond: figures[round - 1] ?? 1_000_000 }),
  });
  await compare(
    { ...run, record: (result) => results.push(result) },
    { title: "test", method: "", columns, goals: [{ figure: "perSecond", over: "other", atLeast }] },
    [side("ours", own), side("other", theirs)],
  );
  const [result] = results;
  if (result === undefined) throw new Error("nothing was recorded");
  return result;
}

test("a ratio is that of the medians, the warm-up does not count, and the target decides", async () => {
  const reached = await compared([300, 100, 200], [50, 110, 100], 2);
  assert.deepEqual(
    reached.verdicts.map(({ value, reached: is }) => [value, is]),
    [[2, true]],
  );
  assert.deepEqual(reached.sides[0]?.rounds, [{ perSecond: 300 }, { perSecond: 100 }, { perSecond: 200 }]);
  const missed = await compared([199], [100], 2);
  assert.equal(missed.verdicts[0]?.reached, false);
  assert.match(formatResult(missed), /\| other +\| +100 \| 1\.99x \(missed: at least 2\) \| +100 \|/);
});

test("a quantile is the value below which that share lies", () => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.equal(quantile(values, 0.5), 51);
  assert.equal(quantile(values, 0.99), 100);
  assert.equal(quantile(values, 1), 100);
});

test("a call tree counts a function with what it called, joins calls from one place, and leaves waiting out", () => {
  const node = (id: number, functionName: string, children: readonly number[] = []) => ({
    id,
    callFrame: { functionName, url: functionName === "work" ? "file:///x/src/a.ts" : "", lineNumber: 4 },
    children,
  });
  const tree = callTree({
    nodes: [node(1, "(root)", [2, 3, 5]), node(2, "work", [4]), node(3, "work"), node(4, "<inner>"), node(5, "(idle)")],
    samples: [2, 3, 4, 5],
    timeDeltas: [10, 20, 30, 1000],
  });
  assert.equal(tree.totalUs, 60);
  const work = tree.callees.get("work src/a.ts:5");
  assert.equal(work?.totalUs, 60);
  assert.equal(work?.callees.get("<inner> ")?.totalUs, 30);
  const svg = drawFlames("a & b", [["thread", tree]]);
  assert.match(svg, /a &amp; b/);
  assert.match(svg, /<title>&lt;inner&gt; 50\.0 %<\/title>/);
  assert.doesNotMatch(svg, /idle/);
});
