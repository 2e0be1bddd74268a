// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Refusal, refusals } from "./refusal.ts";
import { formatReply } from "./reply.ts";

const all: readonly (readonly [string, Refusal])[] = Object.entries(refusals);

test("the class of the enhanced code is that of the reply code (RFC 2034 §4)", () => {
  for (const [name, { reply }] of all) {
    // RFC 2034 §4 leaves replies to EHLO and HELO without one.
    if (name === "helloSyntax") assert.equal(reply.enhanced, undefined);
    else assert.match(`${reply.code} ${reply.enhanced}`, /^(?:4\d\d 4|5\d\d 5)\.\d{1,3}\.\d{1,3}$/, name);
  }
});

test("each cause names one refusal", () => {
  const causes = all.map(([, { cause }]) => cause);
  assert.equal(new Set(causes).size, causes.length);
  for (const cause of causes) assert.match(cause, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
});

test("what we could repair is temporary (I7)", () => {
  const ours: readonly Refusal[] = [
    refusals.mailboxSuspended,
    refusals.tooManyRecipients,
    refusals.diskLow,
    refusals.storeFailing,
    refusals.ourFault,
    refusals.signInUnavailable,
    refusals.stopping,
  ];
  for (const { reply, cause } of ours) assert.ok(reply.code < 500, cause);
});

test("421 closes the conversation, and each is one line", () => {
  for (const [name, { reply, closes }] of all) {
    if (reply.code === 421) assert.equal(closes, true, name);
    assert.match(formatReply(reply), /^[\x20-\x7e]+\r\n$/);
  }
});
