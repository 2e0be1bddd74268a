// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { peerPresets } from "../base/peer-presets.ts";
import {
  certificatePin,
  hostName,
  httpsUrl,
  listenAddress,
  mailAddress,
  peer,
  target,
  targetPattern,
} from "./network-values.ts";
import type { ValueType } from "./values.ts";

function accepts(type: ValueType<unknown>, texts: readonly string[]): void {
  for (const text of texts) assert.equal(type.parse(text).ok, true, text);
}

function refuses(type: ValueType<unknown>, texts: readonly unknown[]): void {
  for (const text of texts) assert.equal(type.parse(text).ok, false, String(text));
}

test("addresses to listen on", () => {
  assert.deepEqual(listenAddress.parse("*:25"), { ok: true, value: { host: undefined, port: 25 } });
  assert.deepEqual(listenAddress.parse("127.0.0.1:0"), { ok: true, value: { host: "127.0.0.1", port: 0 } });
  assert.deepEqual(listenAddress.parse("[::1]:65535"), { ok: true, value: { host: "::1", port: 65_535 } });
  refuses(listenAddress, [
    25,
    "25",
    ":25",
    "*",
    "*:65536",
    "localhost:25",
    "::1:25",
    "[127.0.0.1]:25",
    "1.2.3:25",
    "*:25 ",
  ]);
});

test("host names, in lower case", () => {
  assert.deepEqual(hostName.parse("Mail.Example.COM"), { ok: true, value: "mail.example.com" });
  accepts(hostName, ["localhost", "xn--mller-kva.example", `${"a".repeat(63)}.example`]);
  refuses(hostName, [
    "",
    "a..b",
    "-a.example",
    "a-.example",
    "müller.example",
    "a_b.example",
    `${"a".repeat(64)}.example`,
  ]);
  const longest = `${"a".repeat(60)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}`;
  assert.equal(longest.length, 252);
  accepts(hostName, [longest, `a${longest}`]);
  refuses(hostName, [`aa${longest}`]);
});

test("peers: addresses, ranges and the presets that the allow-list knows", () => {
  accepts(peer, ["192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::1", ...Object.keys(peerPresets)]);
  refuses(peer, [
    "192.0.2.0/33",
    "192.0.2.0/",
    "192.0.2/24",
    "2001:db8::/129",
    "example.com",
    "microsoft",
    "fe80::1%eth0",
  ]);
});

test("targets of the proxy", () => {
  accepts(targetPattern, [
    "public",
    "mail.example.com",
    "*.example.com",
    "*.example.com:993",
    "10.0.0.0/8",
    "[fd00::/8]:995",
  ]);
  refuses(targetPattern, [
    "*",
    "smtp://mail.example.com",
    "mail.example.com:0",
    "mail.example.com:65536",
    "a b",
    "public:25",
    "1.2.3",
    "*.1.2",
    "0x7f.1",
  ]);
  accepts(target, ["mail.example.com", "mail.example.com:995", "192.0.2.1", "[2001:db8::1]:995"]);
  refuses(target, ["1.2.3", "*.example.com", "10.0.0.0/8", "mail.example.com:"]);
});

test("addresses of the web and of people", () => {
  accepts(httpsUrl, ["https://ca.example/directory", "https://localhost:14000/dir"]);
  refuses(httpsUrl, ["http://ca.example/", "ca.example", "https://anna:secret@ca.example/", "file:///etc/passwd", ""]);
  accepts(mailAddress, ["anna@example.com", "o'neil+acme@mail.example.com"]);
  refuses(mailAddress, [
    "anna",
    "anna@",
    "@example.com",
    "a b@example.com",
    "anna@exa mple.com",
    "anna,eve@example.com",
  ]);
});

test("fingerprints, with colons or without", () => {
  const bytes = Array.from({ length: 32 }, (_, index) => (index + 160).toString(16).toUpperCase());
  assert.deepEqual(certificatePin.parse(bytes.join(":")), { ok: true, value: bytes.join("").toLowerCase() });
  refuses(certificatePin, [bytes.slice(1).join(":"), `${bytes.join("")}0`, "x".repeat(64)]);
});
