// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { DotStuffer, DotUnstuffer } from "../../src/protocol/wire/dot-transparency.ts";
import { cut, trace, traceSettings } from "./smtp-trace.ts";

const parts = ["\r", "\n", ".", "\r\n", "\r\n.", "\r\n..", "\r\n.\r", "\0", "\xff", "a", "bc"];
const text = fc.array(fc.constantFrom(...parts), { maxLength: 30 }).map((all) => all.join(""));
const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });

// RFC 5321 §4.5.2 in other words: a line begins at the start and directly after CRLF.
const stuffedBy = (content: string): string => content.replace(/(^|\r\n)(?=\.)/g, "$1.");
const unstuffedBy = (data: string): string => data.replace(/(?<=^|\r\n)\./g, "");

function unstuff(pieces: readonly Buffer[]): { readonly content: string; readonly rest: string | undefined } {
  const unstuffer = new DotUnstuffer();
  const content: Buffer[] = [];
  let rest: string | undefined;
  for (const piece of pieces) {
    if (rest !== undefined) {
      rest += piece.toString("latin1");
      continue;
    }
    const found = unstuffer.update(piece);
    content.push(...found.content);
    if (found.rest !== undefined) rest = found.rest.toString("latin1");
  }
  return { content: Buffer.concat(content).toString("latin1"), rest };
}

test("data of any octets ends at the first CRLF . CRLF and nowhere else, however it is cut", () => {
  fc.assert(
    fc.property(text, sizes, (data, cutting) => {
      const end = `\r\n${data}`.indexOf("\r\n.\r\n");
      const found = unstuff(cut(Buffer.from(data, "latin1"), cutting));
      if (end < 0) assert.equal(found.rest, undefined);
      else assert.deepEqual(found, { content: unstuffedBy(data.slice(0, end)), rest: data.slice(end + 3) });
    }),
    { numRuns: 3000 },
  );
});

test("stuffing doubles the dot that begins a line, and unstuffing gives the content back", () => {
  fc.assert(
    fc.property(text, sizes, sizes, (content, cutting, otherCutting) => {
      const stuffer = new DotStuffer();
      const pieces = cut(Buffer.from(content, "latin1"), cutting).flatMap((piece) => stuffer.update(piece));
      const data = Buffer.concat([...pieces, stuffer.finish()]);
      const ended = content === "" || content.endsWith("\r\n") ? content : `${content}\r\n`;
      assert.equal(data.toString("latin1"), `${stuffedBy(ended)}.\r\n`);
      const back = unstuff(cut(Buffer.concat([data, Buffer.from("QUIT")]), otherCutting));
      assert.deepEqual(back, { content: ended, rest: "QUIT" });
    }),
    { numRuns: 3000 },
  );
});

test("content through the machine, by DATA and by any chunking of BDAT, comes out as it was", () => {
  const settings = { ...traceSettings, maxMessageBytes: 10_000 };
  const opening = Buffer.from("HELO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\n");
  fc.assert(
    fc.property(text, sizes, sizes, (given, chunking, cutting) => {
      const content = `${given}\r\n`;
      const data = cut(Buffer.from(`${stuffedBy(content)}.\r\nNOOP\r\n`, "latin1"), cutting);
      const chunks = cut(Buffer.from(content, "latin1"), chunking).map((chunk) =>
        Buffer.concat([Buffer.from(`BDAT ${chunk.length}\r\n`), chunk]),
      );
      const byChunks = cut(Buffer.concat([...chunks, Buffer.from("BDAT 0 LAST\r\nNOOP\r\n")]), cutting);
      const after = [`kept ${content}`, "250 2.0.0 Kept\r\n", "250 2.0.0 Ok\r\n"];
      assert.deepEqual(trace([opening, Buffer.from("DATA\r\n"), ...data], settings).slice(-3), after);
      assert.deepEqual(trace([opening, ...byChunks], settings).slice(-3), after);
    }),
    { numRuns: 500 },
  );
});
