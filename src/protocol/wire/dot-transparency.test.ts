// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { DotStuffer, DotUnstuffer } from "./dot-transparency.ts";

// Properties over any octets and any cutting: `test/fuzz/smtp-transparency.test.ts`.

function unstuff(data: string): { readonly content: string; readonly rest: string | undefined } {
  const { content, rest } = new DotUnstuffer().update(Buffer.from(data, "latin1"));
  return { content: Buffer.concat(content).toString("latin1"), rest: rest?.toString("latin1") };
}

function stuff(content: string): string {
  const stuffer = new DotStuffer();
  return Buffer.concat([...stuffer.update(Buffer.from(content, "latin1")), stuffer.finish()]).toString("latin1");
}

test("the end may come at once: the CRLF of the DATA line counts (RFC 5321 §4.1.1.4)", () => {
  assert.deepEqual(unstuff(".\r\nQUIT\r\n"), { content: "", rest: "QUIT\r\n" });
});

test("exactly one dot goes, also when no second follows (RFC 5321 §4.5.2)", () => {
  assert.equal(unstuff(".a\r\n..b\r\n...\r\n.\r\n").content, "a\r\n.b\r\n..\r\n");
});

test("after a bare LF or a bare CR no dot goes", () => {
  assert.deepEqual(unstuff("a\n..b\r..c\n.\r\n"), { content: "a\n..b\r..c\n.\r\n", rest: undefined });
});

test("ordinary content is not copied", () => {
  const piece = Buffer.from("one\r\ntwo\r\n..three\r\n");
  for (const slice of new DotUnstuffer().update(piece).content) assert.equal(slice.buffer, piece.buffer);
  const [whole, ...more] = new DotStuffer().update(Buffer.from("one\r\ntwo"));
  assert.equal(whole?.toString(), "one\r\ntwo");
  assert.equal(more.length, 0);
});

test("content of nothing but dots does not become thousands of slices", () => {
  const lines = 10_000;
  const { content } = new DotUnstuffer().update(Buffer.from("..\r\n".repeat(lines)));
  assert.ok(content.length < 100);
  assert.equal(Buffer.concat(content).toString(), ".\r\n".repeat(lines));
});

test("stuffing: a dot at the very start and one after CRLF, no other (RFC 1939 §3)", () => {
  assert.equal(stuff(".a\r\n.\r\nb.\n.c\r.d\r\n"), "..a\r\n..\r\nb.\n.c\r.d\r\n.\r\n");
});

test("the end begins on a line of its own", () => {
  assert.equal(stuff(""), ".\r\n");
  assert.equal(stuff("a"), "a\r\n.\r\n");
  assert.equal(stuff("a\n"), "a\n\r\n.\r\n");
  assert.equal(stuff("a\r"), "a\r\r\n.\r\n");
  assert.equal(stuff("a\r\n"), "a\r\n.\r\n");
});
