// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../base/errors.ts";
import { parseTarget, type Target } from "../protocol/proxy-user-name.ts";
import { addressKind } from "./address-kinds.ts";
import { createTargetPolicy, mailPorts, narrowed, type TargetPolicy, type TargetSettings } from "./targets.ts";

function policy(allowed: readonly string[], own: Partial<TargetSettings> = {}): TargetPolicy {
  return createTargetPolicy({ allowed, ownListeners: [], ownNames: [], ownAddresses: () => [], ...own });
}

function named(text: string): Target {
  const target = parseTarget(text);
  assert.ok(target, text);
  return target;
}

const anywhere = named("mail.example.com");

// OWASP SSRF cheat sheet, RFC 6890 and the IANA registries: first and last address of each range, and beside them.
const denied = [
  ["0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1"],
  ["127.255.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.168.0.0"],
  ["192.168.255.255", "198.18.0.0", "198.19.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
  ["192.0.2.1", "198.51.100.1", "203.0.113.1"],
  ["::", "::1", "::7f00:1", "fc00::1", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "100::1"],
  // Forms that carry an IPv4 address: mapped, compatible, NAT64, 6to4, Teredo.
  ["::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:a00:1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::7f00:1"],
  ["64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:7f00:1::1", "2002:808:808::1", "2001:0:1::1", "2001:db8::1", "3fff::1"],
  // Not an address at all.
  ["", "localhost", "127.1", "fe80::1%eth0", "8.8.8.8.8"],
].flat();

const publicAddresses = [
  ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"],
  ["169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0"],
  ["198.17.255.255", "198.20.0.0", "223.255.255.255", "2600::1", "2a01:111:f400::1", "2001:4860:4860::8888"],
].flat();

test("by default any public address on the mail ports, and nothing else", () => {
  const open = policy(["public"]);
  for (const port of [25, 110, 143, 465, 587, 993, 995]) assert.equal(open.allows(anywhere, "8.8.8.8", port), true);
  for (const port of [1, 22, 80, 443, 2525, 3306, 8450]) {
    assert.equal(open.mayTry(anywhere, port), false);
    assert.equal(open.allows(anywhere, "8.8.8.8", port), false, String(port));
  }
  for (const address of denied) assert.equal(open.allows(anywhere, address, 995), false, address);
  for (const address of publicAddresses) assert.equal(open.allows(anywhere, address, 995), true, address);
  assert.equal(mailPorts.size, 7);
});

test("an address that was typed is judged before anything else happens", () => {
  const open = policy(["public"]);
  assert.equal(open.mayTry(named("127.0.0.1"), 25), false);
  assert.equal(open.mayTry(named("[::ffff:8.8.8.8]"), 25), false);
  assert.equal(open.mayTry(named("8.8.8.8"), 25), true);
});

test("names: written out, or under a suffix", () => {
  const some = policy(["mail.example.com", "*.corp.example:587"]);
  assert.equal(some.mayTry(named("mail.example.com"), 465), true);
  assert.equal(some.mayTry(named("xmail.example.com"), 465), false);
  assert.equal(some.mayTry(named("a.mail.example.com"), 465), false);
  assert.equal(some.mayTry(named("mail.example.com"), 2525), false);
  assert.equal(some.mayTry(named("a.b.corp.example"), 587), true);
  assert.equal(some.mayTry(named("corp.example"), 587), false, "the suffix itself is not under it");
  assert.equal(some.mayTry(named("evilcorp.example"), 587), false);
  assert.equal(some.mayTry(named("a.corp.example"), 465), false, "another port than the rule's");
});

test("a name written out may be in the own network; a suffix and a special address may not", () => {
  const some = policy(["mail.corp.example", "*.any.example"]);
  assert.equal(some.allows(named("mail.corp.example"), "10.1.2.3", 465), true);
  assert.equal(some.allows(named("mail.corp.example"), "fd00::1", 465), true);
  for (const address of ["127.0.0.1", "169.254.169.254", "::ffff:10.1.2.3", "64:ff9b::a01:203"])
    assert.equal(some.allows(named("mail.corp.example"), address, 465), false, address);
  assert.equal(some.allows(named("x.any.example"), "10.1.2.3", 465), false);
});

test("ranges say yes to what they hold, in that form alone", () => {
  const some = policy(["10.1.0.0/16", "127.0.0.2:2525", "[2001:db8::/32]:110", "fd00::/8"]);
  assert.equal(some.allows(anywhere, "10.1.255.255", 25), true);
  assert.equal(some.allows(anywhere, "10.2.0.0", 25), false);
  assert.equal(some.allows(anywhere, "::ffff:10.1.0.1", 25), false);
  assert.equal(some.allows(anywhere, "127.0.0.2", 2525), true);
  assert.equal(some.allows(anywhere, "127.0.0.2", 25), false);
  assert.equal(some.allows(anywhere, "2001:db8::7", 110), true);
  assert.equal(some.allows(anywhere, "2001:db8::7", 995), false);
  assert.equal(some.allows(anywhere, "fd12::1", 995), true);
  assert.equal(some.allows(anywhere, "8.8.8.8", 995), false, "public was not listed");
});

test("our own listeners are refused, whatever the rules say", () => {
  const own = {
    ownListeners: [
      { host: undefined, port: 25 },
      { host: "10.0.0.5", port: 465 },
    ],
    ownNames: ["gateway.example.com"],
    ownAddresses: () => ["127.0.0.1", "::1", "10.0.0.5", "2a00::5"],
  };
  const all = policy(["0.0.0.0/0", "::/0", "public"], own);
  for (const address of ["127.0.0.1", "127.9.9.9", "10.0.0.5", "2a00::5", "2a00:0:0::5", "::1"])
    assert.equal(all.allows(anywhere, address, 25), false, address);
  assert.equal(all.allows(anywhere, "10.0.0.5", 465), false);
  assert.equal(all.allows(anywhere, "10.0.0.6", 465), true);
  assert.equal(all.allows(anywhere, "10.0.0.5", 587), true, "nothing of ours listens there");
  assert.equal(all.mayTry(named("gateway.example.com"), 465), false);
  assert.equal(all.allows(named("gateway.example.com"), "8.8.8.8", 465), false);
});

test("a mailbox leaves a part of what the gateway allows, and adds nothing", () => {
  const gateway = policy(["public", "mail.lan"]);
  assert.equal(narrowed(gateway, []), gateway);
  const own = narrowed(gateway, ["*.example.com", "10.0.0.0/8"]);
  assert.equal(own.allows(anywhere, "8.8.8.8", 995), true);
  assert.equal(own.mayTry(named("mail.other.org"), 995), true, "a range may hold its address: that is seen later");
  assert.equal(own.allows(named("mail.other.org"), "8.8.8.8", 995), false);
  assert.equal(own.allows(named("mail.lan"), "192.168.1.1", 995), false, "the mailbox does not name it");
  assert.equal(own.allows(anywhere, "10.0.0.1", 995), false, "the gateway does not allow it");
  assert.equal(narrowed(gateway, ["mail.lan"]).mayTry(anywhere, 995), false);
});

test("a rule that is none is named", () => {
  for (const text of [
    "",
    "a_b",
    "10.0.0.0/33",
    "::/129",
    "mail.example:0",
    "mail.example:70000",
    "*.",
    "*",
    "mail.*.example",
  ])
    assert.throws(
      () => policy([text]),
      (error) => hasCode(error, "config/invalid") && String(error).includes(`"${text}"`),
      text,
    );
});

test("kinds of addresses", () => {
  assert.equal(addressKind("10.0.0.1"), "private");
  assert.equal(addressKind("fd00::1"), "private");
  assert.equal(addressKind("169.254.169.254"), "special");
  assert.equal(addressKind("2606:4700::1111"), "public");
});
