// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { formatTarget, parseLoginName, parseTarget } from "./proxy-user-name.ts";

const id = "mbx-0123456789abcdef0123456789abcdef";

test("a name without % is a local login", () => {
  assert.deepEqual(parseLoginName(id), { kind: "local", name: id });
  assert.deepEqual(parseLoginName("anna@example.com"), { kind: "local", name: "anna@example.com" });
});

test("exactly one % is refused with a text that shows the form", () => {
  for (const text of ["anna%mail.example.com", `anna%${id}`, "%", "%a", "a%"]) {
    const name = parseLoginName(text);
    assert.equal(name.kind, "malformed", text);
    assert.match(name.kind === "malformed" ? name.text : "", /user%server%mailbox-id/);
  }
});

test("the remote user may hold what mail systems use in names", () => {
  for (const user of [
    "anna",
    "anna%example.com",
    "recent:anna@gmail.com",
    "CORP\\anna",
    "Anna B",
    "änna",
    "%",
    "a%%b",
  ]) {
    assert.deepEqual(parseLoginName(`${user}%mail.example.com:995%${id.toUpperCase()}`), {
      kind: "proxy",
      remoteUser: user,
      target: { host: "mail.example.com", hostKind: "name", port: 995 },
      mailbox: id,
    });
  }
});

test("empty parts, controls and foreign mailbox ids are refused", () => {
  for (const text of [
    "",
    `%mail.example%${id}`,
    `a\r\nb%mail.example%${id}`,
    `a\0%mail.example%${id}`,
    `a\u0085%m.example%${id}`,
    `a%%${id}`,
    "a%mail.example%",
    "a%mail.example%mbx-1",
  ])
    assert.equal(parseLoginName(text).kind, "malformed", JSON.stringify(text));
});

test("targets that are taken", () => {
  const cases = [
    ["mail.example.com", "mail.example.com", "name", undefined],
    ["MAIL.Example.COM.", "mail.example.com", "name", undefined],
    ["mailhost:2525", "mailhost", "name", 2525],
    ["bücher.example", "xn--bcher-kva.example", "name", undefined],
    ["192.0.2.1:465", "192.0.2.1", "ipv4", 465],
    ["[2001:DB8:0::1]", "2001:db8::1", "ipv6", undefined],
    ["[2001:db8::1]:995", "2001:db8::1", "ipv6", 995],
    ["[::ffff:127.0.0.1]", "::ffff:7f00:1", "ipv6", undefined],
  ] as const;
  for (const [text, host, hostKind, port] of cases) assert.deepEqual(parseTarget(text), { host, hostKind, port }, text);
});

test("targets that are refused", () => {
  const bad =
    "|.|a..b|.a|a.b..|2001:db8::1|::1|[fe80::1%eth0]|[fe80::1]x|[::1]:|[::1|a:|a:0|a:65536|a:025|a:1:2|-a.example|a-.example|a_b.example|a b.example";
  const numeric = "|127.1|2130706433|0x7f.1|0x7f000001|127.0.0.01|256.1.1.1|1.2.3|a.0x|1.2.3.4.5";
  const tricky = "|ä@b.example|ä/b|ä?b|ä#b|ä%41|ä:25:25|[ä]|１２７.1|１２７.０.０.１|０x7f.1|①.1";
  for (const text of `${bad}${numeric}${tricky}|${"a".repeat(64)}.example|${"a.".repeat(127)}ab`.split("|"))
    assert.equal(parseTarget(text), undefined, text);
});

const label = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z])?$/)
  .filter((text) => /[a-z]$/.test(text) && !text.startsWith("xn--"));
const host = fc
  .array(label, { minLength: 1, maxLength: 5 })
  .map((labels) => labels.join("."))
  .filter((name) => !/(^|\.)0x[0-9a-f]*$/.test(name));
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });

test("property: any remote user comes back whole, whatever it holds", () => {
  const user = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((text) => text.isWellFormed() && !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(user, host, port, (remoteUser, name, number) => {
      const target = number === undefined ? name : `${name}:${number}`;
      assert.deepEqual(parseLoginName(`${remoteUser}%${target}%${id}`), {
        kind: "proxy",
        remoteUser,
        target: { host: name, hostKind: "name", port: number },
        mailbox: id,
      });
    }),
  );
});

test("property: no input throws, and a target that is taken is read back as itself", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: "binary" }),
        fc.ipV6().map((text) => `[${text}]`),
        fc.ipV4(),
      ),
      (text) => {
        parseLoginName(text);
        const target = parseTarget(text);
        if (target === undefined) return;
        assert.match(target.host, /^[a-z0-9.:-]+$/);
        assert.deepEqual(parseTarget(formatTarget(target)), target);
      },
    ),
  );
});
