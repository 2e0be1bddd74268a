// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatReply, reply } from "./reply.ts";

test("one line, several lines, the enhanced code on every one (RFC 5321 §4.2.1, RFC 2034 §4)", () => {
  assert.equal(formatReply(reply(250, "2.0.0", "Ok")), "250 2.0.0 Ok\r\n");
  assert.equal(formatReply(reply(250, undefined, "host", "SIZE 1", "DSN")), "250-host\r\n250-SIZE 1\r\n250 DSN\r\n");
  assert.equal(formatReply(reply(550, "5.1.1", "No", "such")), "550-5.1.1 No\r\n550 5.1.1 such\r\n");
});

test("a text that came from elsewhere cannot end the line", () => {
  assert.equal(formatReply(reply(554, "5.0.0", "a\r\n250 2.0.0 b\0\x85")), "554 5.0.0 a  250 2.0.0 b  \r\n");
});

test("a line has at most 512 octets with CRLF (RFC 5321 §4.5.3.1.5): at the limit, below, above", () => {
  for (const [length, expected] of [
    [505, 511],
    [506, 512],
    [507, 512],
  ] as const)
    assert.equal(Buffer.byteLength(formatReply(reply(250, undefined, "x".repeat(length)))), expected);
});

test("no character is cut in two", () => {
  const line = formatReply(reply(250, undefined, `x${"ü".repeat(300)}`));
  assert.equal(Buffer.byteLength(line), 511);
  assert.ok(!line.includes("\uFFFD"));
});
