// SPDX-License-Identifier: Apache-2.0
/** A few seconds of the coverage-guided search on each machine; `node test/hostile/guided.ts` searches longer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allMachines, search } from "./guided.ts";

for (const machine of allMachines())
  test(`any words at all, guided by coverage: ${machine.name}`, async () => {
    const found = await search(machine, { ms: 2_000, seed: 20_260_101, corpus: undefined });
    assert.deepEqual(found.broken, []);
    // The search is one: what it makes goes where no dialog goes.
    assert.ok(found.inputs > 0 && found.blocks > found.blocksBefore, JSON.stringify(found));
  });

test("the search sees a machine that breaks", async () => {
  const [first] = allMachines();
  assert.ok(first !== undefined);
  const broken = { ...first, fire: (): void => assert.fail("always") };
  assert.notDeepEqual((await search(broken, { ms: 50, seed: 1, corpus: undefined })).broken, []);
});
