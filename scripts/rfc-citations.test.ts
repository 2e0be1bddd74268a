// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCitations, findCitations, readIndex, rfcPage } from "./rfc-citations.ts";

const rows = readIndex("| RFC | title | status | note |\n|---|---|---|---|\n| 5321 | SMTP | partial | no relay |\n");

function problems(text: string): readonly string[] {
  return checkCitations([{ path: "src/a.ts", text: `${text}\n// RFC 5321` }], rows);
}

test("sections are read, several of one RFC too", () => {
  const text = "RFC 5321 §4.5.2, §4.5.3.1.4 and §A.1. Then RFC 1939: and RFC 2449 §5).";
  assert.deepEqual(
    findCitations([{ path: "a", text }]).map(({ rfc, section }) => `${rfc} ${section ?? "whole"}`),
    ["5321 4.5.2", "5321 4.5.3.1.4", "5321 A.1", "1939 whole", "2449 5"],
  );
});

test("the fixed form passes", () => {
  for (const text of ["RFC 5321", "RFC 5321 §4.5.2", "(RFC 5321 §4.5.2).", 'ORCPT "rfc822;a@b"'])
    assert.deepEqual(problems(text), [], text);
});

test("every other form is found", () => {
  for (const text of [
    "RFC5321",
    "RFC-5321 §4.5.2",
    "rfc 5321",
    "RFC 5321, section 4.5.2",
    "RFC 5321 Section 4",
    "RFC 5321§4",
  ])
    assert.equal(problems(text).length, 1, text);
});

test("an RFC that does not stand in the table is found, and one that nothing cites", () => {
  assert.deepEqual(problems("RFC 1939 §3"), ["src/a.ts: RFC 1939 does not stand in rfc/index.md"]);
  assert.deepEqual(checkCitations([], rows), ["rfc/index.md: nothing cites RFC 5321"]);
});

test("rows need an order, a known status, and a note unless the status is yes", () => {
  const cited = [{ path: "src/a.ts", text: "RFC 5321 RFC 1939" }];
  const row = { rfc: 5321, title: "SMTP", status: "yes", note: "" };
  assert.equal(checkCitations(cited, [row, { ...row, rfc: 1939 }]).length, 1);
  assert.equal(
    checkCitations(cited, [
      { ...row, rfc: 1939 },
      { ...row, status: "partial" },
    ]).length,
    1,
  );
  assert.equal(
    checkCitations(cited, [
      { ...row, rfc: 1939 },
      { ...row, status: "maybe", note: "x" },
    ]).length,
    1,
  );
});

test("the page lists files with their sections in order", () => {
  const page = rfcPage([{ path: "src/a.ts", text: "RFC 5321 §4.10 RFC 5321 §4.2" }], rows);
  assert.ok(
    page.includes("## RFC 5321\n\nSMTP. Status: partial; no relay.\n\n- [src/a.ts](../src/a.ts): §4.2, §4.10\n"),
  );
});
