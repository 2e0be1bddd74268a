// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { DoorMemory, doorsFor } from "./port-rule.ts";

function text(doors: ReturnType<typeof doorsFor>): string {
  return doors.map(({ port, tls }) => `${port} ${tls}`).join(", ");
}

test("a port that was typed decides; without one, implicit TLS comes first (RFC 8314 §3)", () => {
  assert.equal(text(doorsFor("smtp", undefined)), "465 implicit, 587 starttls");
  assert.equal(text(doorsFor("pop3", undefined)), "995 implicit, 110 starttls");
  for (const port of [465, 993, 995]) assert.equal(text(doorsFor("smtp", port)), `${port} implicit`);
  for (const port of [25, 587, 110, 143]) assert.equal(text(doorsFor("pop3", port)), `${port} starttls`);
  assert.equal(text(doorsFor("smtp", 2525)), "2525 implicit, 2525 starttls");
});

test("the door that worked is tried first, for that target and protocol, for a day", () => {
  const memory = new DoorMemory();
  const target = { host: "mail.example", hostKind: "name", port: undefined } as const;
  memory.worked("smtp", target, { port: 587, tls: "starttls" }, 0);
  assert.equal(text(memory.doorsFor("smtp", target, 1000)), "587 starttls, 465 implicit");
  assert.equal(text(memory.doorsFor("pop3", target, 1000)), "995 implicit, 110 starttls");
  assert.equal(text(memory.doorsFor("smtp", { ...target, host: "x.example" }, 1000)), "465 implicit, 587 starttls");
  assert.equal(text(memory.doorsFor("smtp", target, 24 * 3_600_000 + 1)), "465 implicit, 587 starttls");
});
