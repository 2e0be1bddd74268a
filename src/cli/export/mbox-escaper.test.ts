// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { MboxEscaper } from "./mbox-escaper.ts";

/** Left: octets of a message. Right: its lines in an mboxrd file, by the rule itself: `^>*From ` gets one more `>`. */
const cases: readonly (readonly [name: string, message: string, entry: string])[] = [
  ["CRLF becomes LF", "a\r\nb\r\n", "a\nb\n\n"],
  [
    "a line that looks like a start gets a mark",
    "From x\r\n>From x\r\n>>>From x\r\n",
    ">From x\n>>From x\n>>>>From x\n\n",
  ],
  [
    "other lines get none",
    "from x\r\nFrom\r\nFromm\r\n>Fro\r\n> From x\r\na From x\r\nFrom\tx\r\n",
    "from x\nFrom\nFromm\n>Fro\n> From x\na From x\nFrom\tx\n\n",
  ],
  ["a mark within the run of marks", ">>F\r\n>From>From \r\n", ">>F\n>From>From \n\n"],
  ["a missing line end is added", "a", "a\n\n"],
  ["an empty message is an empty line", "", "\n"],
  ["bare CR and bare LF stay", "a\rb\nc\r\r\n\rFrom \n\r", "a\rb\nc\r\n\rFrom \n\r\n\n"],
  ["a start cut off at the end is no start", "x\r\n>>Fro", "x\n>>Fro\n\n"],
  ["a message of marks alone", ">>", ">>\n\n"],
  ["empty lines stay", "\r\n\r\nFrom a\r\n\r\n", "\n\n>From a\n\n\n"],
];

for (const [name, message, entry] of cases) {
  test(`${name}, whole and cut at every size`, () => {
    const octets = Buffer.from(message, "latin1");
    for (let size = 1; size <= Math.max(octets.length, 1); size++) {
      const escaper = new MboxEscaper();
      const pieces: Buffer[] = [];
      for (let at = 0; at < octets.length; at += size) pieces.push(escaper.update(octets.subarray(at, at + size)));
      pieces.push(escaper.finish());
      assert.equal(Buffer.concat(pieces).toString("latin1"), entry, `cut every ${size}`);
    }
  });
}
