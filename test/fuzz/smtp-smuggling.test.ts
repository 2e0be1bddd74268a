// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { cut, trace, traceSettings } from "./smtp-trace.ts";

/**
 * Sequences that some server took for the end of data (CVE-2023-51764 and its like), and what they are: content. A dot
 * goes only directly after CRLF, RFC 5321 §4.5.2.
 */
const sequences: readonly (readonly [name: string, sent: string, content: string])[] = [
  ["LF . LF", "\n.\n", "\n.\n"],
  ["LF . CRLF", "\n.\r\n", "\n.\r\n"],
  ["CRLF . LF", "\r\n.\n", "\r\n\n"],
  ["CR . CR", "\r.\r", "\r.\r"],
  ["CR . LF", "\r.\n", "\r.\n"],
  ["CR . CRLF", "\r.\r\n", "\r.\r\n"],
  ["CRLF . CR", "\r\n.\r", "\r\n\r"],
  ["CRLF . CRCRLF", "\r\n.\r\r\n", "\r\n\r\r\n"],
  ["CRLF NUL . CRLF", "\r\n\0.\r\n", "\r\n\0.\r\n"],
  ["CRLF . NUL CRLF", "\r\n.\0\r\n", "\r\n\0\r\n"],
];

const opening = Buffer.from("EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n");
const smuggled = "MAIL FROM:<forged@c.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nSubject: forged\r\n";
const settings = { ...traceSettings, maxMessageBytes: 1000 };

for (const [name, sent, content] of sequences) {
  test(`${name} is content, not the end of data`, () => {
    const data = Buffer.from(`one${sent}${smuggled}.\r\nQUIT\r\n`, "latin1");
    const expected = [`kept one${content}${smuggled}`, "250 2.0.0 Kept\r\n", "221 2.0.0 Bye\r\n", "close"];
    for (let size = 1; size <= data.length; size++) {
      const seen = trace([opening, ...cut(data, [size])], settings);
      assert.deepEqual(seen.slice(-4), expected);
      assert.equal(seen.filter((line) => line === "ask-commit").length, 1);
    }
  });
}

test("a chunk holds end-of-data sequences without ending", () => {
  const content = `one\r\n.\r\n${smuggled}\n.\n`;
  const start = opening.subarray(0, opening.length - 6);
  const chunk = Buffer.from(`BDAT ${content.length} LAST\r\n${content}NOOP\r\n`, "latin1");
  for (let size = 1; size <= chunk.length; size++) {
    const seen = trace([start, ...cut(chunk, [size])], settings);
    assert.deepEqual(seen.slice(-3), [`kept ${content}`, "250 2.0.0 Kept\r\n", "250 2.0.0 Ok\r\n"]);
  }
});
