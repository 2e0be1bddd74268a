// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, formatSize, parseDuration, parseRate, parseSize } from "./units.ts";

test("sizes: decimal and binary units, any letter case, blanks or none", () => {
  const sizes = {
    "0 B": 0,
    "512 B": 512,
    "1 KB": 1000,
    "1 KiB": 1024,
    "250 MiB": 262_144_000,
    "1.5gib": 1_610_612_736,
  };
  for (const [text, bytes] of Object.entries(sizes))
    assert.deepEqual(parseSize(text), { ok: true, value: bytes }, text);
});

test("times", () => {
  const times = { "0 s": 0, "250 ms": 250, "90s": 90_000, "5 min": 300_000, "1 h": 3_600_000, "10 d": 864_000_000 };
  for (const [text, ms] of Object.entries(times)) assert.deepEqual(parseDuration(text), { ok: true, value: ms }, text);
});

test("rates", () => {
  assert.deepEqual(parseRate("256 B/s"), { ok: true, value: 256 });
  assert.deepEqual(parseRate("1KiB / s"), { ok: true, value: 1024 });
  assert.equal(parseRate("256 B").ok, false);
  assert.equal(parseRate("256/s").ok, false);
});

test("what is no quantity is refused", () => {
  for (const text of ["", "5", "MiB", "-1 B", "1e3 B", "5 apples", "5 min", "0.3 B", "9007199254740993 B", "5 MiB x"])
    assert.equal(parseSize(text).ok, false, text);
});

test("a missing unit is said, with a way out", () => {
  assert.deepEqual(parseDuration("30"), {
    ok: false,
    reason: 'the unit is missing; write for example "30 ms"',
    code: "unit-missing",
    values: { example: "30 ms" },
  });
});

test("values are written in the largest unit that divides them", () => {
  assert.equal(formatSize(262_144_000), "250 MiB");
  assert.equal(formatSize(1000), "1000 B");
  assert.equal(formatSize(0), "0 B");
  assert.equal(formatDuration(2_100_000), "35 min");
  assert.equal(formatDuration(86_400_000), "1 d");
});
