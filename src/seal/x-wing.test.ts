// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { decapsulateXWing, encapsulateXWing, importXWingPrivate, importXWingPublic } from "./x-wing.ts";

const hex = (text: string) => Buffer.from(text, "hex");

describe("X-Wing", () => {
  it("decapsulates the first vector of draft-connolly-cfrg-xwing-kem, appendix C", () => {
    const vector: { seed: string; ciphertext: string; sharedSecret: string } = JSON.parse(
      readFileSync(new URL("../../test/vectors/x-wing.json", import.meta.url), "utf8"),
    );
    const identity = importXWingPrivate(hex(vector.seed));
    assert.equal(decapsulateXWing(identity, hex(vector.ciphertext))?.toString("hex"), vector.sharedSecret);
  });

  it("encapsulates to what the private key decapsulates", () => {
    const identity = importXWingPrivate(Buffer.alloc(32, 7));
    const fresh = encapsulateXWing(importXWingPublic(identity.publicKey));
    assert.ok(fresh !== undefined);
    assert.deepEqual(decapsulateXWing(identity, fresh.encapsulated), fresh.secret);
  });

  it("keeps the public key in memory of its own, not in Node's pool", () => {
    const { publicKey } = importXWingPrivate(Buffer.alloc(32, 1));
    assert.equal(importXWingPublic(publicKey).x25519Octets.buffer.byteLength, 32);
  });

  it("refuses an ML-KEM key with a coefficient beyond the modulus (FIPS 203 §7.2)", () => {
    const { publicKey } = importXWingPrivate(Buffer.alloc(32, 7));
    publicKey.fill(0xff, 0, 3);
    assert.throws(() => importXWingPublic(publicKey));
  });
});
