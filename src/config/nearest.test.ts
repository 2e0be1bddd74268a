// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { editDistance, nearest } from "./nearest.ts";

test("insertion, removal, replacement and a swap of neighbours cost one each", () => {
  const distances = [
    ["", "", 0],
    ["", "abc", 3],
    ["abc", "abc", 0],
    ["abc", "abcd", 1],
    ["abc", "ac", 1],
    ["abc", "axc", 1],
    ["abc", "acb", 1],
  ] as const;
  for (const [a, b, distance] of distances) assert.equal(editDistance(a, b, 3), distance, `${a} ${b}`);
  // The examples of Levenshtein's distance in every textbook.
  assert.equal(editDistance("kitten", "sitting", 3), 3);
  assert.equal(editDistance("saturday", "sunday", 3), 3);
});

test("a word too long or too short is not compared letter by letter", () => {
  assert.equal(editDistance("abcd", "a", 3), 3);
  assert.equal(editDistance("abcd", "a", 2), Number.POSITIVE_INFINITY);
  assert.equal(editDistance("a", "abcd", 2), Number.POSITIVE_INFINITY);
});

test("the nearest is named, what is like nothing is not", () => {
  const known = ["connections", "connections_per_address", "smtp_idle"];
  assert.equal(nearest("conections", known), "connections");
  assert.equal(nearest("SMTP_IDEL", known), "smtp_idle");
  assert.equal(nearest("colour", known), undefined);
  // Three insertions from a word of six letters are one too many, two are not.
  assert.equal(nearest("abcdef", ["abcdefghi", "abcdefgh"]), "abcdefgh");
  assert.equal(nearest("abcdef", ["abcdefghi"]), undefined);
});
