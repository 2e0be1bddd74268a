// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agreeX25519, generateX25519, importX25519Private, importX25519Public } from "./x25519.ts";

const hex = (text: string) => Buffer.from(text, "hex");

describe("X25519", () => {
  it("agrees as in RFC 7748 §6.1", () => {
    const bob = importX25519Private(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
    assert.equal(bob.publicKey.toString("hex"), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    const alicePublic = importX25519Public(hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
    assert.equal(
      agreeX25519(bob.privateKey, alicePublic)?.toString("hex"),
      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    );
  });

  it("agrees with a pair of its own", () => {
    const one = generateX25519();
    const other = generateX25519();
    assert.deepEqual(
      agreeX25519(one.privateKey, importX25519Public(other.publicKey)),
      agreeX25519(other.privateKey, importX25519Public(one.publicKey)),
    );
  });

  it("agrees on nothing with a point of low order", () => {
    const { privateKey } = generateX25519();
    // 0, 1 and a point of order 8 (RFC 7748 §6.1: the secret would be all zero).
    for (const point of [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    ]) {
      assert.equal(agreeX25519(privateKey, importX25519Public(hex(point))), undefined);
    }
  });
});
