// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { peerPresets } from "../base/peer-presets.ts";
import { parsePeerList } from "./peers.ts";

test("an empty list lets anybody in", () => {
  assert.ok(parsePeerList([]).allows("203.0.113.9"));
  assert.ok(parsePeerList([]).allows("2001:db8::1"));
});

test("a single address lets in itself alone", () => {
  const list = parsePeerList(["192.0.2.7", "2001:db8::7"]);
  assert.ok(list.allows("192.0.2.7"));
  assert.ok(list.allows("2001:db8:0:0::7"));
  for (const stranger of ["192.0.2.6", "192.0.2.8", "2001:db8::8"]) assert.ok(!list.allows(stranger), stranger);
});

test("a range ends where its prefix says", () => {
  const list = parsePeerList(["198.51.100.64/26", "2001:db8:0:8000::/49"]);
  for (const inside of ["198.51.100.64", "198.51.100.127", "2001:db8:0:8000::", "2001:db8:0:ffff::1"]) {
    assert.ok(list.allows(inside), inside);
  }
  for (const outside of ["198.51.100.63", "198.51.100.128", "2001:db8:0:7fff::1", "2001:db8:1::"]) {
    assert.ok(!list.allows(outside), outside);
  }
});

test("an IPv4 peer of a socket for both families counts as IPv4", () => {
  assert.ok(parsePeerList(["192.0.2.0/24"]).allows("::ffff:192.0.2.200"));
  assert.ok(!parsePeerList(["192.0.2.0/24"]).allows("::ffff:192.0.3.1"));
});

test("a link-local peer comes with its interface", () => {
  assert.ok(parsePeerList(["fe80::/10"]).allows("fe80::1%eth0"));
});

test("a list of the whole of one family lets in that family", () => {
  const list = parsePeerList(["0.0.0.0/0"]);
  assert.ok(list.allows("203.0.113.1"));
  assert.ok(!list.allows("2001:db8::1"));
});

test("presets stand for the ranges of their provider, in any letter case", () => {
  const microsoft = parsePeerList(["Microsoft365"]);
  // 40.92.0.0/15 holds 40.92.* and 40.93.*; 52.100.0.0/14 ends with 52.103.255.255.
  for (const address of ["40.93.255.255", "52.103.255.255", "104.47.127.255", "2a01:111:f403::1", "52.238.78.88"]) {
    assert.ok(microsoft.allows(address), address);
  }
  for (const address of ["40.94.0.0", "52.104.0.0", "104.47.128.0", "209.85.128.1"]) {
    assert.ok(!microsoft.allows(address), address);
  }
  assert.ok(parsePeerList(["google"]).allows("209.85.220.41"));
  assert.ok(parsePeerList(["google"]).allows("2a00:1450:4864:20::541"));
  for (const ranges of Object.values(peerPresets)) assert.doesNotThrow(() => parsePeerList(ranges));
});

test("what was written is kept as it was", () => {
  assert.deepEqual(parsePeerList(["google", "192.0.2.1"]).entries, ["google", "192.0.2.1"]);
});

for (const wrong of [
  "",
  "example.com",
  "192.0.2.0/33",
  "192.0.2.0/",
  "192.0.2.0/-1",
  "192.0.2.0/08",
  "2001:db8::/129",
  "fe80::1%eth0",
  "192.0.2",
  "1.2.3.4/24/8",
]) {
  test(`"${wrong}" is refused by name`, () => {
    assert.throws(
      () => parsePeerList(["192.0.2.1", wrong]),
      (error: Error) => {
        assert.ok("code" in error && error.code === "mailbox/bad-request");
        assert.ok(error.message.includes(`"${wrong}"`));
        return true;
      },
    );
  });
}
