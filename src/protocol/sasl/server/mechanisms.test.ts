// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { decodeInitialResponse, decodeResponse, encodeChallenge } from "./encoding.ts";
import type { SaslMechanism, SaslStep } from "./exchange.ts";
import { login } from "./login.ts";
import { findMechanism } from "./mechanisms.ts";
import { oauthBearer } from "./oauthbearer.ts";
import { plain } from "./plain.ts";
import { xoauth2 } from "./xoauth2.ts";

/** How a step reads: the credentials, the challenge, or what is wrong. */
function read(step: SaslStep): string {
  if (step.kind === "challenge") return `challenge ${step.challenge}`;
  if (step.kind !== "credentials") return step.kind;
  const { credentials } = step;
  const secret = credentials.kind === "password" ? credentials.password : credentials.token;
  return `${credentials.userName}/${secret.expose().toString("latin1")}`;
}

const begin = (mechanism: SaslMechanism, text: string): string =>
  read(mechanism.begin(Buffer.from(text.replaceAll("^", "\x01"), "latin1")));

test("PLAIN: the examples of RFC 4616 §4, and the same as a response to an empty challenge", () => {
  assert.equal(begin(plain, "\0tim\0tanstaaftanstaaf"), "tim/tanstaaftanstaaf");
  // Kurt may act for Ursel in RFC 4616; nobody acts for another here.
  assert.equal(begin(plain, "Ursel\0Kurt\0xipj3plmq"), "denied");
  const step = plain.begin(undefined);
  assert.ok(step.kind === "challenge" && step.challenge === "");
  assert.equal(read(step.next(Buffer.from("\0tim\0tanstaaftanstaaf"))), "tim/tanstaaftanstaaf");
});

test("PLAIN: the authorization identity may repeat the user name", () => {
  assert.equal(begin(plain, "tim\0tim\0x"), "tim/x");
  assert.equal(begin(plain, "ti\0tim\0x"), "denied");
});

test("PLAIN: octets of the password are kept, the user name is UTF-8", () => {
  assert.equal(begin(plain, "\0tim\0p\xe4ss"), "tim/p\xe4ss");
  assert.equal(begin(plain, "\0j\xc3\xbcrgen%host%mbx-1\0x"), "jürgen%host%mbx-1/x");
  for (const bad of ["", "tim\0x", "\0tim\0", "\0\0x", "\0tim\0x\0", "\0t\xfcm\0x", "\0ti\nm\0x", "\0ti\x7fm\0x"])
    assert.equal(begin(plain, bad), "malformed", JSON.stringify(bad));
});

test("LOGIN: asks for the name unless it came at once, then for the password", () => {
  const first = login.begin(undefined);
  assert.ok(first.kind === "challenge" && first.challenge === "Username:");
  const second = first.next(Buffer.from("tim"));
  assert.ok(second.kind === "challenge" && second.challenge === "Password:");
  assert.equal(read(second.next(Buffer.from("p\xe4ss", "latin1"))), "tim/p\xe4ss");
  assert.equal(begin(login, "tim"), "challenge Password:");
  assert.equal(begin(login, ""), "malformed");
  assert.equal(begin(login, "a\0b"), "malformed");
});

test("XOAUTH2: user and bearer token", () => {
  assert.equal(
    begin(xoauth2, "user=someuser@example.com^auth=Bearer ya29.vF9dft4qmTc2^^"),
    "someuser@example.com/ya29.vF9dft4qmTc2",
  );
  assert.equal(begin(xoauth2, "user=tim^auth=bearer x^^"), "tim/x");
  assert.equal(begin(xoauth2, "user=tim^auth=^^"), "denied");
  for (const bad of [
    "",
    "^",
    "user=tim^^",
    "auth=Bearer x^^",
    "user=tim^auth=Bearer x^",
    "user=tim^auth=Bearer x",
    "user=tim^auth=Bearer x^^^",
    "user=tim^auth=Basic x^^",
    "user=tim^auth=Bearer ^^",
    "user=tim^auth=Bearer x y^^",
    "user=tim^user=tom^auth=Bearer x^^",
    "user=^auth=Bearer x^^",
  ])
    assert.equal(begin(xoauth2, bad), "malformed", bad);
});

test("OAUTHBEARER: the example of RFC 7628 §4.1", () => {
  const message =
    "n,a=user@example.com,^host=server.example.com^port=143^auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==^^";
  assert.equal(begin(oauthBearer, message), "user@example.com/vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
});

test("OAUTHBEARER: names are decoded (RFC 5801 §4), channel bindings are refused", () => {
  assert.equal(begin(oauthBearer, "y,a=a=2Cb=3Dc,^auth=Bearer x^^"), "a,b=c/x");
  assert.equal(begin(oauthBearer, "n,,^auth=Bearer x^^"), "denied");
  for (const bad of [
    "",
    "n,a=t",
    "p=tls-unique,a=tim,^auth=Bearer x^^",
    "n,a=t=20m,^auth=Bearer x^^",
    "n,a=tim^auth=Bearer x^^",
    "n,a=tim,^^",
  ])
    assert.equal(begin(oauthBearer, bad), "malformed", bad);
});

test("a refusal of a token begins with a challenge in JSON (RFC 7628 §3.2.2)", () => {
  const status: unknown = JSON.parse(oauthBearer.refusalChallenge ?? "");
  assert.deepEqual(status, { status: "invalid_token", schemes: "bearer" });
  assert.doesNotThrow(() => JSON.parse(xoauth2.refusalChallenge ?? ""));
  assert.equal(plain.refusalChallenge, undefined);
});

test("the client's octets are overwritten, the secret is not printed", () => {
  for (const [mechanism, message] of [
    [plain, "\0tim\0tanstaaf"],
    [xoauth2, "user=tim\x01auth=Bearer tanstaaf\x01\x01"],
    [oauthBearer, "n,a=tim,\x01auth=Bearer tanstaaf\x01\x01"],
  ] as const) {
    const octets = Buffer.from(message);
    const step = mechanism.begin(octets);
    assert.ok(octets.every((octet) => octet === 0));
    assert.equal(read(step), "tim/tanstaaf");
    assert.ok(!`${inspect(step, { depth: 9 })}${JSON.stringify(step)}`.includes("tanstaaf"));
  }
});

test("mechanisms are found in any letter case, and only those offered", () => {
  assert.equal(findMechanism("plain", ["PLAIN"]), plain);
  assert.equal(findMechanism("LOGIN", ["PLAIN"]), undefined);
  assert.equal(findMechanism("CRAM-MD5", ["PLAIN"]), undefined);
});

test("base64: whole groups, with padding, and nothing else (RFC 4648 §4)", () => {
  assert.equal(decodeResponse("Zm9vYg==")?.toString(), "foob");
  assert.equal(decodeResponse("")?.length, 0);
  for (const bad of ["Zg", "Zg=", "=", "Zm9v=", "Zm9v Zm9v", "Zm9v-_==", "Zg==Zg=="])
    assert.equal(decodeResponse(bad), undefined, bad);
  assert.equal(decodeInitialResponse("=")?.length, 0);
  assert.equal(decodeInitialResponse(""), undefined);
  assert.equal(encodeChallenge("Username:"), "VXNlcm5hbWU6");
});
