// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { cut, trace } from "./smtp-trace.ts";

/** Octets that meet every branch of the transparency, and commands that must not be seen in content. */
const contentPart = fc.constantFrom(
  "\r",
  "\n",
  ".",
  "\r\n",
  "\r\n.",
  "\r\n..",
  "\0",
  "\xfc",
  "a",
  "QUIT\r\n",
  "RSET\r\n",
);
const content = fc.array(contentPart, { maxLength: 12 }).map((parts) => parts.join(""));
const chunk = fc
  .record({
    content,
    off: fc.constantFrom(0, 0, 0, 0, -1, 2, 70),
    last: fc.boolean(),
    form: fc.constantFrom("BDAT", "bdat"),
  })
  .map(({ content: octets, off, last, form }) => {
    const size = Math.max(0, octets.length + off);
    return `${form} ${size}${last ? " LAST" : ""}\r\n${octets}`;
  });
const command = fc.constantFrom(
  "EHLO client.example\r\n",
  "HELO client.example\r\n",
  "MAIL FROM:<>\r\n",
  "MAIL FROM:<a@b.example> SIZE=50 BODY=8BITMIME\r\n",
  "MAIL FROM:<a@b.example> SIZE=500\r\n",
  "RCPT TO:<c@d.example>\r\n",
  "RCPT TO:<c@d.example>\r\n",
  "RCPT TO:<nobody@d.example>\r\n",
  "RSET\r\n",
  "NOOP\r\n",
  "NOOP\n",
  "NO\0OP\r\n",
  `NOOP ${"x".repeat(93)}\r\n`,
  `NOOP ${"x".repeat(94)}\r\n`,
  "VRFY a\r\n",
  "AUTH PLAIN AHRpbQB3cm9uZw==\r\n",
  "AUTH PLAIN\r\n",
  "AUTH LOGIN\r\n",
  "AUTH XOAUTH2 dXNlcj10aW0BYXV0aD1CZWFyZXIgeAEB\r\n",
  "dGlt\r\n",
  "*\r\n",
  "\r\n",
);
const end = fc.constantFrom("\r\n.\r\n", ".\r\n");
/**
 * What the client sends before it waits. DATA is the last of its turn: input behind it in one piece is refused, in a
 * later piece it is content, and both are right.
 */
const turn = fc
  .tuple(
    fc.array(fc.oneof(command, command, chunk, content, end), { maxLength: 8 }),
    fc.constantFrom("DATA\r\n", "DATA\r\n", ""),
  )
  .map(([parts, last]) => [...parts, last].join(""));
const opening = "EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n";
const conversation = fc
  .tuple(
    fc.constantFrom("", "EHLO client.example\r\n", opening, `${opening}DATA\r\n`),
    fc.array(turn, { maxLength: 6 }),
  )
  .map(([first, turns]) => [first, ...turns].map((text) => Buffer.from(text, "latin1")));

test("however the octets are cut, the machine does the same", () => {
  fc.assert(
    fc.property(
      conversation,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      (turns, sizes) => {
        const whole = trace(turns);
        assert.deepEqual(trace(turns.flatMap((octets) => cut(octets, sizes))), whole);
        assert.deepEqual(trace(turns.flatMap((octets) => cut(octets, [1]))), whole);
      },
    ),
    { numRuns: 1500 },
  );
});

test("any octets at all: no fault, and what is said is replies", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (pieces) => {
      for (const line of trace(pieces.map((piece) => Buffer.from(piece))))
        if (/^\d/.test(line)) assert.match(line, /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n$/);
    }),
    { numRuns: 300 },
  );
});
