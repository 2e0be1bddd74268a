// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { DenialPace } from "./denial-pace.ts";

test("a denial of ours takes as long as the middle one of the upstreams'", () => {
  const pace = new DenialPace(() => 0.5);
  for (const tookMs of [100, 4000, 300, 200, 250]) pace.note(tookMs);
  assert.equal(pace.waitMs(0), 250);
  assert.equal(pace.waitMs(240), 10);
  assert.equal(pace.waitMs(600), 0, "never less than nothing");
});

test("it spreads, has a guess before it knows, and an end", () => {
  assert.equal(new DenialPace(() => 0).waitMs(0), 900);
  assert.equal(new DenialPace(() => 1).waitMs(0), 1500);
  const slow = new DenialPace(() => 0.5);
  slow.note(60_000);
  assert.equal(slow.waitMs(0), 5000);
});
