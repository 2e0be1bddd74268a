// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hkdf32, hkdfExpand32, hkdfExtract, hmacSha256, noSalt, ownSecretKey } from "./kdf.ts";

const hex = (text: string) => Buffer.from(text, "hex");

describe("HMAC and HKDF", () => {
  it("gives the HMAC of RFC 4231 §4.3, in one piece or two", () => {
    const expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    const key = ownSecretKey(Buffer.from("Jefe"));
    assert.equal(hmacSha256(key, Buffer.from("what do ya want for nothing?")).toString("hex"), expected);
    assert.equal(
      hmacSha256(key, Buffer.from("what do ya "), Buffer.from("want for nothing?")).toString("hex"),
      expected,
    );
  });

  it("gives the first block of RFC 5869 §A.1", () => {
    const inputKey = Buffer.alloc(22, 0x0b);
    const pseudorandomKey = hkdfExtract(ownSecretKey(hex("000102030405060708090a0b0c")), inputKey);
    assert.equal(
      pseudorandomKey.export().toString("hex"),
      "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
    );
    assert.equal(
      hkdfExpand32(pseudorandomKey, hex("f0f1f2f3f4f5f6f7f8f9")).toString("hex"),
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
    );
    assert.deepEqual(
      [...inputKey],
      Array.from({ length: 22 }, () => 0x0b),
    );
  });

  it("gives the first block of RFC 5869 §A.3: no salt, no info", () => {
    assert.equal(
      hkdf32(Buffer.alloc(22, 0x0b), noSalt, "").export().toString("hex"),
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
    );
  });

  it("wipes the bytes that it takes over", () => {
    const bytes = Buffer.from("secret key bytes");
    ownSecretKey(bytes);
    assert.ok(bytes.every((octet) => octet === 0));
  });
});
