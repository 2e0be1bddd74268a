// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBody, headerText, oneLine, wrap } from "./mail-text.ts";

test("what somebody named cannot end a line or a field", () => {
  assert.equal(oneLine("a\r\nBcc: x@y\u2028\u0000\u202e b"), "a Bcc: x@y b");
  assert.equal(headerText("Subject", "a\r\nBcc: victim@example.org"), "Subject: a Bcc: victim@example.org");
});

test("a subject that is not ASCII goes in encoded words of at most 75 octets, no character cut in two", () => {
  const text = `“${"Bücher und Äpfel ✓ ".repeat(6)}”`;
  const lines = headerText("Subject", text).split("\r\n");
  const words = lines.flatMap((line) =>
    line
      .replace(/^Subject:/, "")
      .trim()
      .split(" "),
  );
  for (const line of lines) assert.ok(line.length <= 76, line);
  const decoded = words.map((word) => {
    assert.ok(word.length <= 75);
    // RFC 2047 §2, read here by its own grammar.
    const [, encoded = ""] = /^=\?UTF-8\?B\?([A-Za-z0-9+/=]+)\?=$/.exec(word) ?? [];
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(encoded, "base64"));
  });
  assert.equal(decoded.join(""), text);
});

test("what looks like an encoded word is written as one, so that it is read as it was written", () => {
  assert.match(headerText("Subject", "=?UTF-8?B?eA==?="), /^Subject: =\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=$/);
});

test("a body of short ASCII goes as it is, any other as quoted-printable", () => {
  assert.deepEqual(encodeBody(["a = b", ""]), { encoding: "7bit", charset: "us-ascii", body: "a = b\r\n\r\n" });
  // RFC 2045 §6.7: the equals sign and blanks at the end of a line are encoded, a line has at most 76 characters.
  assert.equal(encodeBody(["ü = 1 "]).body, "=C3=BC =3D 1=20\r\n");
  const { body } = encodeBody(["é".repeat(100)]);
  assert.ok(body.split("\r\n").every((line) => line.length <= 76));
  assert.equal(Buffer.from(body.replaceAll("=\r\n", "").trim().replaceAll("=", ""), "hex").toString(), "é".repeat(100));
});

test("what follows a bullet stands below it", () => {
  const lines = wrap(`* ${"word ".repeat(30).trim()}`);
  assert.match(lines[0] ?? "", /^\* word/);
  assert.ok(lines.length > 1);
  for (const line of lines.slice(1)) assert.match(line, /^ {2}word/);
  assert.deepEqual(wrap(""), [""]);
});

test("long lines break between words and keep their indent", () => {
  const lines = wrap(`  ${"word ".repeat(40).trim()}`);
  assert.ok(lines.length > 2);
  for (const line of lines) assert.match(line, /^ {2}word/);
  for (const line of lines) assert.ok(line.length <= 76);
  assert.equal(lines.map((line) => line.trim()).join(" "), "word ".repeat(40).trim());
});
