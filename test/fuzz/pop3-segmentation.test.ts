// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { trace, traceSettings } from "./pop3-trace.ts";
import { cut } from "./smtp-trace.ts";

const number = fc.constantFrom("0", "1", "2", "3", "3", "4", "03", "-1", "x", "");
const messageCommand = fc
  .tuple(fc.constantFrom("LIST", "UIDL", "RETR", "DELE", "dele", "DELE"), number)
  .map(([verb, word]) => `${verb}${word === "" ? "" : ` ${word}`}\r\n`);
const command = fc.constantFrom(
  "USER box\r\n",
  "USER \xff\r\n",
  "PASS right\r\n",
  "PASS right\r\n",
  "PASS wrong\r\n",
  "AUTH PLAIN AGJveAByaWdodA==\r\n",
  "AUTH PLAIN\r\n",
  "AUTH LOGIN\r\n",
  "AUTH\r\n",
  "AGJveAByaWdodA==\r\n",
  "Ym94\r\n",
  "cmlnaHQ=\r\n",
  "*\r\n",
  "CAPA\r\n",
  "UTF8\r\n",
  "STLS\r\n",
  "STAT\r\n",
  "NOOP\r\n",
  "RSET\r\n",
  "TOP 1 0\r\n",
  "TOP 2 1\r\n",
  "TOP 3\r\n",
  "QUIT x\r\n",
  "\r\n",
);
/** Lines that are none, and lines at the limit. */
const strange = fc.constantFrom(
  "NOOP\n",
  "NO\0OP\r\n",
  "NOOP\r\r\n",
  "\r",
  "\n",
  `NOOP ${"x".repeat(traceSettings.maxLineBytes - 7)}\r\n`,
  `NOOP ${"x".repeat(traceSettings.maxLineBytes - 6)}\r\n`,
  `${"x".repeat(200)}\r\n`,
);
const opening = "USER box\r\nPASS right\r\n";
const conversation = fc
  .tuple(
    fc.constantFrom("", "USER box\r\n", "AUTH PLAIN\r\n", "AUTH LOGIN\r\n", opening, opening, opening),
    fc.array(fc.oneof(command, messageCommand, messageCommand, strange), { maxLength: 20 }),
    fc.constantFrom("QUIT\r\n", ""),
  )
  .map(([first, parts, last]) => Buffer.from([first, ...parts, last].join(""), "latin1"));

test("however the octets are cut, the machine does the same", () => {
  fc.assert(
    fc.property(
      conversation,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      (octets, sizes) => {
        const whole = trace([octets]);
        assert.deepEqual(trace(cut(octets, sizes)), whole);
        assert.deepEqual(trace(cut(octets, [1])), whole);
      },
    ),
    { numRuns: 1500 },
  );
});

test("many commands in one piece are carried out in turns, and all of them", () => {
  const commands = Buffer.from(`${opening}${"NOOP\r\n".repeat(2000)}QUIT\r\n`);
  const lines = trace([commands]);
  assert.equal(lines.filter((line) => line === "+OK Ok\r\n").length, 2000);
  assert.equal(lines.at(-1), "close");
});

test("any octets at all, in clear and in TLS: no fault, and what is said is responses", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 });
  fc.assert(
    fc.property(pieces, fc.boolean(), (given, encrypted) => {
      for (const line of trace(
        given.map((piece) => Buffer.from(piece)),
        { ...traceSettings, encrypted },
      ))
        if (/^[+-]/.test(line)) assert.match(line, /^(?:\+OK|-ERR) [^\r\n]{1,506}\r\n$/);
    }),
    { numRuns: 300 },
  );
});

test("in clear no octets lead to a sign-in (I5)", () => {
  const noUpgrade = conversation.map((octets) =>
    Buffer.from(octets.toString("latin1").replaceAll("STLS", "STAT"), "latin1"),
  );
  fc.assert(
    fc.property(noUpgrade, (octets) => {
      const seen = trace([octets], { ...traceSettings, encrypted: false });
      assert.ok(seen.every((line) => !line.startsWith("sign in")));
    }),
    { numRuns: 300 },
  );
});
