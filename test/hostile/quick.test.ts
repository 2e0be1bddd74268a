// SPDX-License-Identifier: Apache-2.0
/** The quick set of the hostility laboratory (docs/hostility.md): what must hold at any speed. No times are asserted. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Laboratory, type LaboratoryOptions } from "./laboratory.ts";
import { scenarios } from "./scenarios.ts";

const options: LaboratoryOptions = {
  configuration: "",
  scale: "quick",
  seed: 20_260_101,
  durationMs: 700,
  // Only what is measured would need it.
  aloneMs: 0,
  perSecond: 40,
};

const groups = Map.groupBy(
  scenarios.filter(({ fullOnly }) => fullOnly !== true),
  ({ configuration }) => configuration ?? "",
);

for (const [configuration, group] of groups) {
  let laboratory: Laboratory | undefined;
  after(async () => {
    await laboratory?.stop();
  });
  for (const scenario of group)
    test(`under attack: ${scenario.name}`, async () => {
      laboratory ??= await Laboratory.start(options, configuration);
      const { wrong, acknowledged, answers } = await laboratory.run(scenario);
      assert.deepEqual(wrong, []);
      assert.ok(acknowledged > 0, "the normal client's mail was taken");
      assert.ok(Object.keys(answers).length > 0, "something was tried");
    });
  test(`it stops in order, and its store verifies (${configuration.replaceAll("\n", " ").trim() || "as it comes"})`, async () => {
    assert.deepEqual(await laboratory?.stop(), []);
    laboratory = undefined;
  });
}
