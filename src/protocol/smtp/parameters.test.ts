// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cursor } from "./cursor.ts";
import type { ExtensionSettings } from "./extensions.ts";
import { mailParameters, noParameters, recipientParameters, takeParameters } from "./parameters.ts";

const settings: ExtensionSettings = { encrypted: true, maxMessageBytes: 1, maxRecipients: 1 };

/** What was read, or the code and cause of the refusal. */
function read(text: string, rules = mailParameters, change: Partial<ExtensionSettings> = {}): unknown {
  const result = takeParameters(new Cursor(text), rules, { ...settings, ...change });
  return result.ok ? Object.fromEntries(result.parameters) : result.refusal.reply.code;
}

function readRecipient(text: string): unknown {
  const result = takeParameters(new Cursor(text), recipientParameters, settings);
  return result.ok ? Object.fromEntries(result.parameters) : result.refusal.reply.code;
}

test("keywords in any letter case, values as they are", () => {
  assert.deepEqual(read(" size=10 Body=8bitmime SMTPUTF8 envid=QQ314159"), {
    SIZE: "10",
    BODY: "8bitmime",
    SMTPUTF8: undefined,
    ENVID: "QQ314159",
  });
  assert.deepEqual(read(""), {});
  assert.deepEqual(read("  "), {});
});

test("the text is kept as it was received", () => {
  const result = takeParameters(new Cursor(" size=10  RET=hdrs "), mailParameters, settings);
  assert.equal(result.ok && result.text, "size=10  RET=hdrs");
});

test("555 for what is not known, not offered here, or of the other command (RFC 5321 §4.1.1.11)", () => {
  for (const text of [" X=1", " NOTIFY=NEVER", " toString", " CONSTRUCTOR=1"]) assert.equal(read(text), 555, text);
  assert.equal(readRecipient(" SIZE=1"), 555);
  assert.equal(read(" RET=HDRS", mailParameters, { withheld: ["DSN"] }), 555);
  assert.equal(read(" SMTPUTF8", mailParameters, { withheld: ["SMTPUTF8"] }), 555);
  assert.equal(read(" REQUIRETLS", mailParameters, { encrypted: false }), 555);
  const result = takeParameters(new Cursor(" SIZE=1"), noParameters, settings);
  assert.equal(result.ok ? 0 : result.refusal.reply.code, 555);
});

test("501 for a value that is not allowed, and for a parameter twice", () => {
  for (const text of [
    "SIZE=1",
    " SIZE",
    " SIZE=",
    " SIZE=-1",
    " SIZE=1=2",
    " SIZE=123456789012345678901",
    " BODY=BINARYMIME",
    " SMTPUTF8=",
    " RET=NONE",
    " ENVID=",
    " ENVID=a+2b",
    " ENVID=jürgen",
    " REQUIRETLS=1",
    " SIZE=1 size=1",
    " =",
  ])
    assert.equal(read(text), 501, text);
});

test("ENVID has up to 100 characters (RFC 3461 §4.4), ORCPT up to 500 (RFC 3461 §4.2)", () => {
  assert.deepEqual(
    [99, 100, 101].map((length) => typeof read(` ENVID=${"x".repeat(length)}`)),
    ["object", "object", "number"],
  );
  assert.deepEqual(
    [499, 500, 501].map((length) => typeof readRecipient(` ORCPT=rfc822;${"x".repeat(length - 7)}`)),
    ["object", "object", "number"],
  );
});

test("NOTIFY: NEVER stands alone (RFC 3461 §4.1)", () => {
  assert.deepEqual(readRecipient(" NOTIFY=SUCCESS,FAILURE,DELAY"), { NOTIFY: "SUCCESS,FAILURE,DELAY" });
  assert.deepEqual(readRecipient(" NOTIFY=never"), { NOTIFY: "never" });
  for (const value of ["", "NEVER,DELAY", "SUCCESS,", "ALWAYS"]) assert.equal(readRecipient(` NOTIFY=${value}`), 501);
});

test("ORCPT: type and xtext; of type utf-8 also characters beyond ASCII (RFC 6533 §3)", () => {
  for (const value of ["rfc822;a+2Bb@c.example", "x400;a", "utf-8;jürgen@c.example"])
    assert.deepEqual(readRecipient(` ORCPT=${value}`), { ORCPT: value });
  for (const value of ["a@c.example", ";a", "rfc822;a+zz", "rfc822;jürgen@c.example", "utf-8;\uFFFD"])
    assert.equal(readRecipient(` ORCPT=${value}`), 501, value);
});
