// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Deviation } from "../../base/deviation.ts";
import { Pop3Normaliser, Pop3SizeScanner } from "./pop3-normaliser.ts";

function normalise(pieces: readonly Buffer[]): string {
  const normaliser = new Pop3Normaliser();
  return Buffer.concat([...pieces.map((piece) => normaliser.update(piece)), normaliser.finish()]).toString("latin1");
}

function scan(pieces: readonly Buffer[]): ReturnType<Pop3SizeScanner["finish"]> {
  const scanner = new Pop3SizeScanner();
  for (const piece of pieces) scanner.update(piece);
  return scanner.finish();
}

// The rule of what POP3 cannot carry, in other words: every line end is CRLF, NUL is 0x80, the last line is ended.
function normalisedBy(content: string): string {
  const lines = content.replace(/\r\n|\r|\n/g, "\r\n").replaceAll("\0", "\x80");
  return lines.endsWith("\r\n") ? lines : `${lines}\r\n`;
}

function deviationsOf(content: string): number {
  const bare = content.replaceAll("\r\n", "");
  return (
    (bare.includes("\n") ? Deviation.bareLf : 0) |
    (bare.includes("\r") ? Deviation.bareCr : 0) |
    (content.includes("\0") ? Deviation.nul : 0) |
    (/[\r\n]$/.test(content) ? 0 : Deviation.noFinalCrlf)
  );
}

const cases: readonly (readonly [content: string, normalised: string])[] = [
  ["a\r\nb\r\n", "a\r\nb\r\n"],
  ["a\nb\n", "a\r\nb\r\n"],
  ["a\rb\r", "a\r\nb\r\n"],
  ["a\r\r\n", "a\r\n\r\n"],
  ["a\n\r\n\r", "a\r\n\r\n\r\n"],
  ["a\0b\r\n", "a\x80b\r\n"],
  ["a", "a\r\n"],
  ["", "\r\n"],
];

test("line ends, NUL and the last line", () => {
  for (const [content, normalised] of cases) {
    assert.equal(normalise([Buffer.from(content, "latin1")]), normalised, JSON.stringify(content));
    assert.equal(scan([Buffer.from(content, "latin1")]).contentPop3Bytes, normalised.length, JSON.stringify(content));
  }
});

const part = fc.constantFrom("\r", "\n", "\r\n", "\0", "\x0b", "\x0d", "\x0e", "\xff", "text", "a longer line of text");
const pieces = fc.array(
  fc.array(part, { maxLength: 6 }).map((parts) => Buffer.from(parts.join(""), "latin1")),
  { maxLength: 8 },
);

test("scanner and normaliser agree with the rule and with each other, however the content is cut", () => {
  fc.assert(
    fc.property(pieces, (given) => {
      const content = Buffer.concat(given).toString("latin1");
      const normalised = normalise(given);
      assert.equal(normalised, normalisedBy(content));
      assert.deepEqual(scan(given), {
        contentBytes: content.length,
        contentPop3Bytes: normalised.length,
        deviations: deviationsOf(content),
      });
    }),
    { numRuns: 5000 },
  );
});

test("the scanner sees the same wherever the octets lie in memory", () => {
  const content = `${"text of a line that is longer than a word ".repeat(3)}\r\n\xff\xfe\rx\n\0\x0e\x0d\x0c${"y".repeat(9)}`;
  const octets = Buffer.from(content, "latin1");
  for (let offset = 0; offset < 8; offset++)
    for (let end = 0; end <= octets.length; end++) {
      const memory = Buffer.concat([Buffer.alloc(offset, "\r"), octets.subarray(0, end), Buffer.alloc(8, "\n")]);
      const part = content.slice(0, end);
      assert.deepEqual(scan([memory.subarray(offset, offset + end)]), {
        contentBytes: end,
        contentPop3Bytes: normalisedBy(part).length,
        deviations: deviationsOf(part),
      });
    }
});

test("a piece that needs no change is not copied", () => {
  const piece = Buffer.from("one\r\ntwo");
  assert.equal(new Pop3Normaliser().update(piece).buffer, piece.buffer);
});
