// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../base/limits.ts";
import { type LineResult, LineSplitter } from "./line-splitter.ts";

/** Everything that can be read after these pieces. */
function read(splitter: LineSplitter, ...pieces: string[]): string[] {
  const seen: string[] = [];
  for (const piece of pieces) {
    splitter.push(Buffer.from(piece, "latin1"));
    for (let next: LineResult = splitter.next(); next.kind !== "more"; next = splitter.next())
      seen.push(next.kind === "line" ? next.line.toString("latin1") : `(${next.kind})`);
  }
  return seen;
}

test("a line ends in CRLF and in nothing else (RFC 5321 §2.3.8)", () => {
  assert.deepEqual(read(new LineSplitter(100), "one\r\ntwo\nthree\r\r\nfo\rur\r\n\r\n"), [
    "one",
    "(malformed)",
    "(malformed)",
    "(malformed)",
    "",
  ]);
});

test("no control character but the tab", () => {
  for (let octet = 0; octet < 256; octet++) {
    if (octet === 10) continue;
    const control = (octet < 32 && octet !== 9) || octet === 127;
    const line = `a${String.fromCharCode(octet)}b`;
    assert.deepEqual(read(new LineSplitter(100), `${line}\r\n`), [control ? "(malformed)" : line], String(octet));
  }
});

test("CRLF in two pieces", () =>
  assert.deepEqual(read(new LineSplitter(100), "on", "e\r", "\nt", "wo\r\n"), ["one", "two"]));

test("the limit counts the CRLF: at it, one below, one above", () => {
  for (const [length, expected] of [
    [7, "x".repeat(7)],
    [8, "x".repeat(8)],
    [9, "(too-long)"],
  ] as const) {
    const line = `${"x".repeat(length)}\r\n`;
    assert.deepEqual(read(new LineSplitter(10), `${line}ok\r\n`), [expected, "ok"]);
    assert.deepEqual(read(new LineSplitter(10), ...`${line}ok\r\n`.split("")), [expected, "ok"]);
  }
});

test("of a line that is too long nothing is kept", () => {
  const splitter = new LineSplitter(10);
  for (let count = 0; count < 100; count++) {
    assert.deepEqual(read(splitter, "x".repeat(9)), []);
    assert.ok(splitter.heldBytes < 10);
  }
  assert.deepEqual(read(splitter, "\r\nok\r\n"), ["(too-long)", "ok"]);
});

test("a line without an end is told once so much of it was dropped, and not before", () => {
  const splitter = new LineSplitter(10);
  const piece = "x".repeat(1024);
  const pieces = limits.droppedLineBytes / piece.length;
  for (let count = 1; count < pieces; count++) assert.deepEqual(read(splitter, piece), [], String(count));
  assert.deepEqual(read(splitter, piece), ["(endless)"]);
  const other = new LineSplitter(10);
  for (let count = 1; count < pieces; count++) read(other, piece);
  // Then there was an end: the next line begins anew.
  assert.deepEqual(read(other, "\r\n", piece, "\r\n"), ["(too-long)", "(too-long)"]);
});

test("another limit for one line", () => {
  const splitter = new LineSplitter(10);
  splitter.push(Buffer.from(`${"x".repeat(20)}\r\n`));
  assert.equal(splitter.next(22).kind, "line");
});

test("the rest is given back untouched", () => {
  const splitter = new LineSplitter(10);
  assert.deepEqual(read(splitter, "DATA\r\n\0.\n"), ["DATA", "(malformed)"]);
  splitter.push(Buffer.from("\r\0"));
  assert.equal(splitter.takeRest().toString("latin1"), "\r\0");
  assert.equal(splitter.heldBytes, 0);
});
