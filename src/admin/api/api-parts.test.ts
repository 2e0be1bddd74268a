// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../base/limits.ts";
import { allow } from "./authenticate.ts";
import { RequestRate } from "./request-rate.ts";
import { SignIns } from "./sign-ins.ts";

const account = { name: "anna", role: "operator", createdAtMs: 0, passwordChangedAtMs: 0 } as const;
const from = { peer: "192.0.2.1", userAgent: "Browser\r\n1.0" };

function world() {
  const state: { nowMs: number; hash: string | undefined } = { nowMs: 0, hash: "one" };
  const clock = { nowMs: () => state.nowMs, monotonicMs: () => state.nowMs };
  const accounts = { find: () => account, passwordHash: () => state.hash };
  return { state, clock, signIns: new SignIns(accounts, clock) };
}

test("a sign-in lasts while it is used, and a working day at most", () => {
  const { state, signIns } = world();
  const { secret, signIn } = signIns.open(account, from);
  assert.equal(signIn.userAgent, "Browser1.0");
  for (state.nowMs = 0; state.nowMs < limits.signInMs; state.nowMs += limits.signInIdleMs - 1) {
    assert.equal(signIns.use(secret)?.id, signIn.id);
  }
  state.nowMs = limits.signInMs;
  assert.equal(signIns.use(secret), undefined);

  const idle = signIns.open(account, from);
  state.nowMs += limits.signInIdleMs - 1;
  // Looking is not using.
  assert.equal(signIns.isOpen(idle.signIn.id), true);
  state.nowMs += 1;
  assert.equal(signIns.isOpen(idle.signIn.id), false);
  assert.equal(signIns.use(idle.secret), undefined);
});

test("a sign-in ends with the password that it was opened with, and with its account", () => {
  const { state, signIns } = world();
  const [first, second] = [signIns.open(account, from), signIns.open(account, from)];
  state.hash = "two";
  assert.equal(signIns.use(first.secret), undefined);
  state.hash = undefined;
  assert.equal(signIns.use(second.secret), undefined);
});

test("one account has so many sign-ins and no more: the oldest ends", () => {
  const { signIns } = world();
  const all = Array.from({ length: limits.signInsPerAdministrator + 1 }, () => signIns.open(account, from));
  assert.equal(signIns.list("anna").length, limits.signInsPerAdministrator);
  assert.equal(signIns.use(all[0]?.secret ?? ""), undefined);
  assert.notEqual(signIns.use(all[1]?.secret ?? ""), undefined);
});

test("requests are counted per address, at the limit, one below and one above, until the window ends", () => {
  const { state, clock } = world();
  const rate = new RequestRate({ requests: 2, windowMs: 1000, addresses: 2 }, clock);
  assert.equal(rate.take("192.0.2.1"), undefined);
  assert.equal(rate.take("::ffff:192.0.2.1"), undefined);
  assert.equal(rate.take("192.0.2.1"), 1000);
  assert.equal(rate.take("192.0.2.2"), undefined);
  // Beyond the addresses that are counted, all others are one.
  assert.equal(rate.take("192.0.2.3"), undefined);
  state.nowMs = 999;
  assert.equal(rate.take("192.0.2.1"), 1);
  state.nowMs = 1000;
  assert.equal(rate.take("192.0.2.1"), undefined);
});

test("a route for people takes no token, one with a scope whoever has it, one for callers whoever has said who it is", () => {
  const caller = {
    account,
    scopes: ["status:read"],
    actor: "",
    signIn: undefined,
    mustAddFactor: false,
    stillValid: () => true,
  } as const;
  allow("caller", caller);
  assert.throws(() => allow("caller", undefined), { code: "api/not-signed-in" });
  allow("status:read", caller);
  assert.throws(() => allow("status:read", undefined), { code: "api/not-signed-in" });
  assert.throws(() => allow("mailboxes:read", caller), { code: "api/forbidden" });
  assert.throws(() => allow("person", caller), { code: "api/forbidden" });
});
