// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cursor } from "./cursor.ts";
import { type Path, takeForwardPath, takeReversePath } from "./path.ts";

const forward = (text: string): Path | undefined => takeForwardPath(new Cursor(text));

test("the null reverse-path, and only as a reverse-path (RFC 5321 §4.5.5)", () => {
  assert.equal(takeReversePath(new Cursor("<>")), null);
  assert.equal(forward("<>"), undefined);
});

test("postmaster alone may lack a domain (RFC 5321 §4.5.1), in any letter case", () => {
  assert.deepEqual(forward("<PostMaster>"), {
    localPart: "postmaster",
    domain: undefined,
    text: "postmaster",
    utf8: false,
  });
  assert.equal(forward("<hostmaster>"), undefined);
  assert.equal(takeReversePath(new Cursor("<postmaster>")), undefined);
});

test("quotes and backslashes are taken off the local part, not off the text", () => {
  const path = forward('<"a b\\"\\\\@c"@d.example>');
  assert.equal(path?.localPart, 'a b"\\@c');
  assert.equal(path?.domain, "d.example");
  assert.equal(path?.text, '"a b\\"\\\\@c"@d.example');
});

test("a source route is taken off (RFC 5321 §3.6.1)", () => {
  assert.equal(forward("<@a.example,@[192.0.2.1]:user@b.example>")?.text, "user@b.example");
});

test("address literals keep their brackets (RFC 5321 §4.1.3)", () => {
  for (const domain of ["[192.0.2.1]", "[IPv6:2001:db8::1]", "[tag:text]"])
    assert.equal(forward(`<a@${domain}>`)?.domain, domain);
});

test("characters beyond ASCII are marked (RFC 6531 §3.3)", () => {
  assert.equal(forward("<jürgen@b.example>")?.utf8, true);
  assert.equal(forward("<a@bücher.example>")?.utf8, true);
  assert.equal(forward("<a@b.example>")?.utf8, false);
});

for (const text of [
  "a@b",
  "<a@b",
  "<@b>",
  "<a@>",
  "<a b@c>",
  "<a@b c>",
  "<a@b..c>",
  "<a@.b>",
  "<a@-b>",
  "<a@b->",
  "<a@[]>",
  "<a@[b>",
  "<a@b]>",
  "<@a.example:>",
  "<@a.example>",
  "<@a.example,b@c>",
  '<"a@b.example>',
  '<"a\\>',
  '<"a"b@c>',
  "<(comment)a@b>",
  "<a\uFFFD@b.example>",
  "<a\x85@b.example>",
])
  test(`not a path: ${JSON.stringify(text)}`, () => assert.equal(forward(text), undefined));

const taken = (path: string): boolean => forward(`<${path}>`) !== undefined;

test("limits in octets (RFC 5321 §4.5.3.1.1 to §4.5.3.1.3): below, at, above", () => {
  const localParts = [63, 64, 65].map((length) => taken(`${"x".repeat(length)}@b.example`));
  assert.deepEqual(localParts, [true, true, false]);
  const utf8 = [32, 33].map((length) => taken(`${"ü".repeat(length)}@b.example`));
  assert.deepEqual(utf8, [true, false]);
  // 256 with the angle brackets.
  const paths = [254, 256, 258].map((length) => taken(`a@${"x.".repeat((length - 6) / 2)}yy`));
  assert.deepEqual(paths, [true, true, false]);
});
