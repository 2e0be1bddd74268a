// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { ehloLines } from "./extensions.ts";

const settings = { encrypted: false, maxMessageBytes: 100, maxRecipients: 7 };

test("in clear: STARTTLS, and neither AUTH (RFC 4954 §4, I5) nor REQUIRETLS (RFC 8689 §2)", () => {
  assert.deepEqual(ehloLines({ ...settings, mechanisms: ["PLAIN"] }), [
    "PIPELINING",
    "SIZE 100",
    "8BITMIME",
    "SMTPUTF8",
    "CHUNKING",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "STARTTLS",
    "LIMITS RCPTMAX=7",
  ]);
});

test("in TLS: AUTH with its mechanisms, and no STARTTLS (RFC 3207 §4.2)", () => {
  const lines = ehloLines({ ...settings, encrypted: true, mechanisms: ["PLAIN", "LOGIN"] });
  assert.ok(lines.includes("AUTH PLAIN LOGIN"));
  assert.ok(lines.includes("REQUIRETLS"));
  assert.ok(!lines.includes("STARTTLS"));
});

test("what stands behind lacks is withheld", () => {
  const lines = ehloLines({
    ...settings,
    encrypted: true,
    withheld: ["8BITMIME", "SMTPUTF8", "DSN", "REQUIRETLS"],
  });
  assert.deepEqual(lines, ["PIPELINING", "SIZE 100", "CHUNKING", "ENHANCEDSTATUSCODES", "LIMITS RCPTMAX=7"]);
});

test("BINARYMIME is never offered: POP3 could not hand such content out", () => {
  assert.ok(!ehloLines(settings).includes("BINARYMIME"));
});
