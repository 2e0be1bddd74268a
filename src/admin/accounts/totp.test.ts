// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { base32, findTotpStep, totpCode, totpStep, totpUri } from "./totp.ts";

const secret = Buffer.from("12345678901234567890");

test("codes are those of RFC 4226, Appendix D, and of RFC 6238, Appendix B", () => {
  const counted = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
  for (const [counter, code] of counted.entries()) assert.equal(totpCode(secret, counter), code);
  // The eight digits of the appendix end in our six.
  const timed: readonly (readonly [number, string])[] = [
    [59, "94287082"],
    [1111111109, "07081804"],
    [1111111111, "14050471"],
    [1234567890, "89005924"],
    [2000000000, "69279037"],
    [20000000000, "65353130"],
  ];
  for (const [seconds, code] of timed) assert.equal(totpCode(secret, totpStep(seconds * 1000)), code.slice(2));
});

test("codes and secrets are those of oathtool 2.6.7", () => {
  // oathtool --totp --now "2026-11-24 12:34:56 UTC" 3132333435363738393031323334353637383930
  assert.equal(totpCode(secret, totpStep(Date.UTC(2026, 10, 24, 12, 34, 56))), "218507");
  // oathtool --totp --verbose: "Base32 secret"
  assert.equal(base32(secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
});

test("base32 is that of RFC 4648 §10", () => {
  const vectors = {
    "": "",
    f: "MY",
    fo: "MZXQ",
    foo: "MZXW6",
    foob: "MZXW6YQ",
    fooba: "MZXW6YTB",
    foobar: "MZXW6YTBOI",
  };
  for (const [text, wanted] of Object.entries(vectors)) assert.equal(base32(Buffer.from(text)), wanted);
});

test("a code is taken one step before and after its own, no further, and never twice", () => {
  const step = 1000;
  const code = totpCode(secret, step);
  const found = (now: number, lastStep = -1) => findTotpStep(secret, code, { nowMs: now * 30_000, lastStep });
  assert.deepEqual(
    [998, 999, 1000, 1001, 1002].map((now) => found(now)),
    [undefined, step, step, step, undefined],
  );
  assert.deepEqual(
    [999, 1000, 1001].map((last) => found(step, last)),
    [step, undefined, undefined],
  );
  assert.equal(
    findTotpStep(secret, `${code.slice(0, 3)} ${code.slice(3)}`, { nowMs: step * 30_000, lastStep: -1 }),
    step,
  );
  for (const wrong of ["", code.slice(1), `${code}0`, "abcdef"]) {
    assert.equal(findTotpStep(secret, wrong, { nowMs: step * 30_000, lastStep: -1 }), undefined);
  }
});

test("the address for the picture names gateway and person, and carries the secret", () => {
  const uri = new URL(totpUri(secret, { account: "anna@example.com", host: "archive.example" }));
  assert.equal(uri.protocol, "otpauth:");
  assert.equal(decodeURIComponent(uri.pathname.split("/").at(-1) ?? ""), "Postern archive.example:anna@example.com");
  assert.equal(uri.searchParams.get("secret"), base32(secret));
  assert.equal(uri.searchParams.get("issuer"), "Postern archive.example");
});
