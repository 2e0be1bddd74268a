// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageNumbers, UniqueIds } from "./upstream-messages.ts";

test("unique-ids are those of RFC 1939 §7 and nothing else", () => {
  const ids = new UniqueIds();
  const longest = "x".repeat(70);
  for (const text of ["1 whqtswO00WBw418f9t5JxYwZ", `2 ${longest}`, "3 trailing ", "4  two-blanks"]) ids.learn(text);
  assert.deepEqual(
    [1, 2, 3, 4].map((number) => ids.get(number)),
    ["whqtswO00WBw418f9t5JxYwZ", longest, "trailing", "two-blanks"],
  );
  for (const text of ["", "5", "5 ", `5 ${longest}x`, "5 a b", "5 a\x7f", "0 zero", "-5 minus", "5x id"])
    ids.learn(text);
  assert.equal(ids.get(5), undefined);
  assert.equal(ids.get(0), undefined);
});

test("a listing is read wherever it is cut, and a damaged line in it is left out", () => {
  const listing = Buffer.from(`1 first\r\n2 ${"y".repeat(300)}\r\n3 third\r\nbare\n4 fourth\r\n`);
  for (let pieceBytes = 1; pieceBytes < listing.length; pieceBytes += 7) {
    const ids = new UniqueIds();
    ids.startListing();
    for (let at = 0; at < listing.length; at += pieceBytes) ids.learnListing(listing.subarray(at, at + pieceBytes));
    assert.deepEqual(
      [1, 2, 3, 4].map((number) => ids.get(number)),
      ["first", undefined, "third", "fourth"],
    );
  }
});

test("of very many unique-ids the last ones are remembered (I9)", () => {
  const ids = new UniqueIds();
  for (let number = 1; number <= 10_000; number++) ids.learn(`${number} id-${number}`);
  assert.equal(ids.get(1), undefined);
  assert.equal(ids.get(10_000), "id-10000");
  assert.equal(ids.get(9_000), "id-9000");
});

test("message-numbers: each is in the set or not, whatever its size, within bounded memory (I9)", () => {
  const numbers = new MessageNumbers();
  const some = [1, 7, 8, 9, 4095, 4096, 4097, 9_999_999_999];
  for (const number of some) numbers.add(number);
  for (const number of some) assert.ok(numbers.has(number), String(number));
  for (const number of [0, 2, 10, 4094, 4098, 8192, 9_999_999_998]) assert.ok(!numbers.has(number), String(number));
  for (let page = 10; page < 400; page++) numbers.add(page * 4096);
  assert.ok(!numbers.has(1), "the page that was used longest ago is forgotten");
  assert.ok(numbers.has(399 * 4096));
});
