// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import type { Clock } from "../base/clock.ts";
import { SecretBytes } from "../base/secret.ts";
import { CredentialsThrottle, type LoginAttempt, type ThrottleSettings } from "./credentials-throttle.ts";

class FakeClock implements Clock {
  atMs = 1_000_000;
  nowMs = (): number => this.atMs;
  monotonicMs = (): number => this.atMs;
}

const settings: ThrottleSettings = { failuresPerAccount: 3, failuresPerAddress: 5, windowMs: 900_000, maxEntries: 50 };

function attempt(userName: string, password: string, more: { client?: string; host?: string } = {}): LoginAttempt {
  return {
    clientAddress: more.client ?? "192.0.2.1",
    target: { host: more.host ?? "mail.example", hostKind: "name", port: undefined },
    credentials: { kind: "password", userName, password: SecretBytes.fromText(password) },
  };
}

function fail(throttle: CredentialsThrottle, tried: LoginAttempt): string {
  const admission = throttle.admit(tried);
  if (admission.kind === "permit") admission.end("bad");
  return admission.kind;
}

test("a password that was refused is not asked again, until the window is over", () => {
  const clock = new FakeClock();
  const throttle = new CredentialsThrottle(settings, clock);
  assert.equal(fail(throttle, attempt("anna", "old")), "permit");
  assert.equal(fail(throttle, attempt("anna", "old")), "known-bad");
  assert.equal(throttle.admit(attempt("anna", "old", { host: "other.example" })).kind, "permit");
  assert.equal(throttle.admit(attempt("ann", "aold")).kind, "permit", "another user with the same letters");
  clock.atMs += 900_000;
  assert.equal(fail(throttle, attempt("anna", "old")), "permit");
});

test("failures of one account, wherever they come from", () => {
  const clock = new FakeClock();
  const throttle = new CredentialsThrottle(settings, clock);
  for (const [at, password] of ["a", "b", "c"].entries())
    assert.equal(fail(throttle, attempt("anna", password, { client: `198.51.100.${at}` })), "permit");
  assert.equal(fail(throttle, attempt("anna", "right", { client: "198.51.100.9" })), "wait");
  assert.equal(fail(throttle, attempt("bob", "x", { client: "198.51.100.9" })), "permit");
  clock.atMs += 900_000;
  assert.equal(fail(throttle, attempt("anna", "right")), "permit");
});

test("a good login clears the account", () => {
  const throttle = new CredentialsThrottle(settings, new FakeClock());
  fail(throttle, attempt("anna", "a"));
  fail(throttle, attempt("anna", "b"));
  const good = throttle.admit(attempt("anna", "right"));
  assert.equal(good.kind, "permit");
  if (good.kind === "permit") good.end("good");
  for (const password of ["c", "d"]) assert.equal(fail(throttle, attempt("anna", password)), "permit");
});

test("failures of one address over many accounts, which no good login clears", () => {
  const throttle = new CredentialsThrottle(settings, new FakeClock());
  for (const user of ["a", "b", "c", "d"]) fail(throttle, attempt(user, "x"));
  const good = throttle.admit(attempt("anna", "right"));
  if (good.kind === "permit") good.end("good");
  assert.equal(fail(throttle, attempt("e", "x")), "permit");
  assert.equal(fail(throttle, attempt("f", "x")), "wait");
  assert.equal(fail(throttle, attempt("f", "x", { client: "192.0.2.2" })), "permit");
});

test("a /64 counts as one address", () => {
  const throttle = new CredentialsThrottle(settings, new FakeClock());
  const clients = ["2001:db8::1", "2001:db8:0:0:1::", "2001:0db8::ffff:1:2", "2001:db8:0:0:a:b:c:d", "2001:db8::5"];
  for (const [at, client] of clients.entries())
    assert.equal(fail(throttle, attempt(`u${at}`, "x", { client })), "permit");
  assert.equal(fail(throttle, attempt("u9", "x", { client: "2001:db8::9" })), "wait");
  assert.equal(fail(throttle, attempt("u9", "x", { client: "2001:db8:0:1::9" })), "permit");
});

test("a burst cannot outrun the verdicts", () => {
  const throttle = new CredentialsThrottle(settings, new FakeClock());
  const admissions = ["a", "b", "c", "d"].map((password) => throttle.admit(attempt("anna", password)));
  assert.deepEqual(
    admissions.map(({ kind }) => kind),
    ["permit", "permit", "permit", "wait"],
  );
  for (const admission of admissions) if (admission.kind === "permit") admission.end("none");
  assert.equal(throttle.admit(attempt("anna", "d")).kind, "permit", "no verdict, no failure");
});

test("the tables are bounded, and hold neither names nor passwords", () => {
  const throttle = new CredentialsThrottle({ ...settings, failuresPerAddress: 1e9 }, new FakeClock());
  for (let at = 0; at < 200; at++) fail(throttle, attempt(`user-${at}`, `password-${at}`));
  assert.equal(fail(throttle, attempt("user-199", "password-199")), "known-bad");
  assert.equal(fail(throttle, attempt("user-0", "password-0")), "permit", "the oldest went");
  const shown = inspect(throttle, { depth: 9, showHidden: true, maxArrayLength: null });
  assert.doesNotMatch(shown, /user-|password-\d/);
});
