// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureThrottle, networkOf } from "./failure-throttle.ts";

function throttle(limits = { failures: 3, windowMs: 1000, addresses: 10 }) {
  let nowMs = 0;
  const made = new FailureThrottle(limits, { nowMs: () => nowMs, monotonicMs: () => nowMs });
  return { made, passMs: (ms: number) => (nowMs += ms) };
}

test("an address waits after its last failure that is allowed, not before", () => {
  const { made } = throttle();
  for (let failure = 0; failure < 3; failure++) {
    assert.equal(made.mustWait("192.0.2.1"), false);
    made.noteFailure("192.0.2.1");
  }
  assert.equal(made.mustWait("192.0.2.1"), true);
  assert.equal(made.mustWait("192.0.2.2"), false);
});

test("failures are forgotten a window after the first", () => {
  const { made, passMs } = throttle();
  for (let failure = 0; failure < 3; failure++) made.noteFailure("192.0.2.1");
  passMs(999);
  assert.equal(made.mustWait("192.0.2.1"), true);
  passMs(1);
  assert.equal(made.mustWait("192.0.2.1"), false);
});

test("only so many addresses are remembered, the latest", () => {
  const { made } = throttle({ failures: 1, windowMs: 1000, addresses: 2 });
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3"]) made.noteFailure(address);
  assert.equal(made.mustWait("192.0.2.2"), false);
  assert.equal(made.mustWait("192.0.2.1"), true);
  assert.equal(made.mustWait("192.0.2.3"), true);
});

const networks: readonly (readonly [address: string, network: string])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
];

for (const [address, network] of networks) {
  test(`${address} counts as ${network}`, () => assert.equal(networkOf(address), network));
}
