// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { test } from "node:test";
import { SecretBytes } from "../../../base/secret.ts";
import { saslCrypto } from "../../../upstream/sasl-crypto.ts";
import { mechanismsFor, startMechanism } from "./choose.ts";
import type { MechanismName, SaslContext, SaslMechanism, SaslStep } from "./mechanism.ts";
import { saslPrep } from "./sasl-prep.ts";

function context(user: string, password: string, nonce = "nonce"): SaslContext {
  const credentials = { kind: "password", userName: user, password: SecretBytes.fromText(password) } as const;
  return { credentials, crypto: saslCrypto, nonce, host: "mail.example.com", port: 465 };
}

function tokenContext(user: string, token: string, port = 587): SaslContext {
  const credentials = { kind: "token", userName: user, token: SecretBytes.fromText(token) } as const;
  return { credentials, crypto: saslCrypto, nonce: "nonce", host: "server.example.com", port };
}

function challenge(mechanism: SaslMechanism, text: string): SaslStep {
  const step = mechanism.challenge(Buffer.from(text));
  if (step.kind !== "derive") return step;
  const { password, salt, iterations, keyBytes, hash } = step.derivation;
  return mechanism.derived(pbkdf2Sync(password, salt, iterations, keyBytes, hash));
}

function responseOf(step: SaslStep): string {
  assert.equal(step.kind, "respond", step.kind === "cancel" ? step.reason : step.kind);
  return step.kind === "respond" ? step.response.toString("utf8") : "";
}

// RFC 5802 §5 and RFC 7677 §3
const vectors = [
  {
    name: "SCRAM-SHA-1",
    nonce: "fyko+d2lbbFgONRv9qkxdawL",
    serverFirst: "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    clientFinal: "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    serverFinal: "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
  },
  {
    name: "SCRAM-SHA-256",
    nonce: "rOprNGfwEbeRWgbNEkqO",
    serverFirst: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    clientFinal:
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  },
] as const;

for (const vector of vectors) {
  test(`${vector.name}: the example of its RFC`, () => {
    const mechanism = startMechanism(vector.name, context("user", "pencil", vector.nonce));
    assert.equal(mechanism.initialResponse?.toString(), `n,,n=user,r=${vector.nonce}`);
    assert.equal(responseOf(challenge(mechanism, vector.serverFirst)), vector.clientFinal);
    assert.equal(mechanism.mayEnd, false, "success before the server's signature");
    assert.equal(responseOf(challenge(mechanism, vector.serverFinal)), "");
    assert.equal(mechanism.mayEnd, true);
  });

  test(`${vector.name}: a server that does not know the password is found out`, () => {
    const mechanism = startMechanism(vector.name, context("user", "pencil", vector.nonce));
    challenge(mechanism, vector.serverFirst);
    const forged = vector.serverFinal.replace(/^v=./, "v=A");
    assert.equal(challenge(mechanism, forged).kind, "cancel");
    assert.equal(mechanism.mayEnd, false);
  });
}

test("SCRAM: what a server may not send is refused, and no proof leaves", () => {
  const salt = "s=QSXCR+Q6sek8bf92";
  const bad = {
    "nonce of another login": `r=other,${salt},i=4096`,
    "nonce not extended": `r=nonce,${salt},i=4096`,
    "mandatory extension": `m=x,r=nonceX,${salt},i=4096`,
    "too few iterations": `r=nonceX,${salt},i=4095`,
    "too many iterations": `r=nonceX,${salt},i=10000001`,
    "no number": `r=nonceX,${salt},i=4096x`,
    "no salt": "r=nonceX,s=,i=4096",
    empty: "",
  };
  for (const [what, text] of Object.entries(bad)) {
    const mechanism = startMechanism("SCRAM-SHA-256", context("user", "pencil"));
    assert.equal(mechanism.challenge(Buffer.from(text)).kind, "cancel", what);
    assert.equal(mechanism.credentialShown, false, what);
  }
  for (const iterations of [4096, 10_000_000]) {
    const mechanism = startMechanism("SCRAM-SHA-256", context("user", "pencil"));
    assert.equal(mechanism.challenge(Buffer.from(`r=nonceX,${salt},i=${iterations}`)).kind, "derive");
  }
});

test("SCRAM: comma and equals sign of a user name are escaped (RFC 5802 §5.1)", () => {
  const mechanism = startMechanism("SCRAM-SHA-1", context("a=b,c", "x"));
  assert.equal(mechanism.initialResponse?.toString(), "n,,n=a=3Db=2Cc,r=nonce");
});

test("SASLprep: the examples of RFC 4013 §3", () => {
  assert.equal(saslPrep("I\u00adX"), "IX");
  assert.equal(saslPrep("user"), "user");
  assert.equal(saslPrep("USER"), "USER");
  assert.equal(saslPrep("\u00aa"), "a");
  assert.equal(saslPrep("\u2168"), "IX");
  assert.equal(saslPrep("\u0007"), undefined);
});

test("CRAM-MD5: the example of RFC 2195 §2", () => {
  const mechanism = startMechanism("CRAM-MD5", context("tim", "tanstaaftanstaaf"));
  const response = responseOf(challenge(mechanism, "<1896.697170952@postoffice.reston.mci.net>"));
  assert.equal(response, "tim b913a602c7eda7a495b4e6e7334d3890");
});

test("PLAIN: the example of RFC 4616 §4", () => {
  const mechanism = startMechanism("PLAIN", context("tim", "tanstaaftanstaaf"));
  assert.equal(mechanism.initialResponse?.toString(), "\0tim\0tanstaaftanstaaf");
});

test("LOGIN answers two challenges, whatever their words", () => {
  const mechanism = startMechanism("LOGIN", context("änna", "geheim"));
  assert.equal(responseOf(challenge(mechanism, "User Name\0")), "änna");
  assert.equal(mechanism.credentialShown, false);
  assert.equal(responseOf(challenge(mechanism, "Password\0")), "geheim");
  assert.equal(challenge(mechanism, "More:").kind, "cancel");
});

test("OAUTHBEARER: the example of RFC 7628 §4.1, and its refusal of §4.3", () => {
  const mechanism = startMechanism(
    "OAUTHBEARER",
    tokenContext("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
  );
  assert.equal(
    mechanism.initialResponse?.toString("base64"),
    "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB",
  );
  const step = challenge(mechanism, '{"status":"invalid_token"}');
  assert.equal(Buffer.from(responseOf(step)).toString("base64"), "AQ==");
  assert.equal(mechanism.mayEnd, false, "no success behind an error");
});

test("XOAUTH2: user, token, and the empty response to an error", () => {
  const mechanism = startMechanism(
    "XOAUTH2",
    tokenContext("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"),
  );
  assert.equal(
    mechanism.initialResponse?.toString("base64"),
    "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==",
  );
  assert.equal(responseOf(challenge(mechanism, '{"status":"401"}')), "");
});

function choose(offered: string, kind: "password" | "token"): readonly MechanismName[] {
  return mechanismsFor(offered.split(" "), { kind });
}

test("the best mechanism that the upstream offers comes first", () => {
  assert.deepEqual(choose("LOGIN PLAIN CRAM-MD5", "password"), ["PLAIN", "LOGIN", "CRAM-MD5"]);
  assert.deepEqual(choose("plain scram-sha-1 SCRAM-SHA-256 NTLM", "password"), [
    "SCRAM-SHA-256",
    "SCRAM-SHA-1",
    "PLAIN",
  ]);
  assert.deepEqual(choose("GSSAPI EXTERNAL SCRAM-SHA-256-PLUS", "password"), []);
  assert.deepEqual(choose("PLAIN XOAUTH2 OAUTHBEARER", "token"), ["OAUTHBEARER", "XOAUTH2"]);
  assert.deepEqual(choose("PLAIN LOGIN", "token"), [], "a token is no password");
});
