// SPDX-License-Identifier: Apache-2.0
/**
 * I1, I2, I3, I8: the short form of `npm run lab:durability`. The power of a gateway under mixed load is cut a few times,
 * by copies of the device under it; each cut is started and held against what its clients knew at that moment.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { removeDirectory, temporaryDirectory } from "../support/temporary.ts";
import { OuterDisk, whyNoLoopDisks } from "./lab/loop-disk.ts";
import { cutPower } from "./lab/power-cut.ts";

const cuts = Number(process.env["POSTERN_TEST_CUTS"] ?? 3);
const seed = Number(process.env["POSTERN_TEST_SEED"] ?? Date.now() % 1_000_000);
const why = await whyNoLoopDisks();
if (why !== undefined) console.log(`skipped: power cuts: ${why}`);

suite(`the power is cut (POSTERN_TEST_SEED=${seed})`, { skip: why ?? false }, () => {
  test(`${cuts} times under mixed load on ext4: nothing acknowledged is lost`, async () => {
    const directory = await temporaryDirectory("power-cut-test");
    const outer = await OuterDisk.create(directory);
    try {
      const result = await cutPower(outer, "ext4 ordered", { cuts, seed, tell: () => undefined });
      assert.deepEqual(result.findings, []);
      assert.equal(result.lost, 0);
      assert.ok(result.owedChecked > 0 && result.removedChecked > 0, "the load got nothing done");
    } finally {
      await outer.remove();
      await removeDirectory(directory);
    }
  });
});
