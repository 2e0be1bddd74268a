// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode } from "../base/errors.ts";
import { encodeBech32 } from "./bech32.ts";
import { generateIdentity } from "./identity.ts";
import { formatRecipient, parseRecipient } from "./keys.ts";

const isBadKey = (error: unknown) => hasCode(error, "seal/bad-key");

describe("parseRecipient", () => {
  for (const kind of ["mlkem768x25519", "x25519"] as const) {
    it(`takes a recipient of kind ${kind} and keeps its text`, () => {
      const { recipient } = generateIdentity(kind);
      const parsed = parseRecipient(recipient);
      assert.equal(parsed.kind, kind);
      assert.equal(parsed.text, recipient);
      assert.equal(recipient.length, kind === "x25519" ? 62 : 1959);
    });

    it(`refuses it mistyped, cut off, in upper case or with blanks (${kind})`, () => {
      const { recipient } = generateIdentity(kind);
      const mistyped = `${recipient.slice(0, 20)}${recipient[20] === "q" ? "p" : "q"}${recipient.slice(21)}`;
      for (const text of [mistyped, recipient.slice(0, -1), recipient.toUpperCase(), ` ${recipient}`, ""]) {
        assert.throws(() => parseRecipient(text), isBadKey);
      }
    });
  }

  it("refuses other kinds and lengths", () => {
    for (const [prefix, bytes] of [
      ["age", 31],
      ["age", 33],
      ["age", 1216],
      ["age1pq", 32],
      ["age1pq", 1215],
      ["age1tag", 33],
      ["age-secret-key-", 32],
    ] as const) {
      const text = encodeBech32(prefix, Buffer.alloc(bytes, 9)).toString("latin1");
      assert.throws(() => parseRecipient(text), isBadKey, `${prefix} ${bytes}`);
    }
  });

  it("refuses keys that nothing can be sealed to", () => {
    assert.throws(() => parseRecipient(formatRecipient("x25519", Buffer.alloc(32))), isBadKey);
    // An ML-KEM part of zeros is in range, an X25519 part of zeros is of low order.
    assert.throws(() => parseRecipient(formatRecipient("mlkem768x25519", Buffer.alloc(1216))), isBadKey);
    // An ML-KEM coefficient beyond the modulus (FIPS 203 §7.2).
    assert.throws(() => parseRecipient(formatRecipient("mlkem768x25519", Buffer.alloc(1216, 0xff))), isBadKey);
  });

  it("says nothing of the key in its errors", () => {
    const { identity } = generateIdentity("x25519");
    const text = identity.expose().toString("latin1");
    assert.throws(
      () => parseRecipient(text.toLowerCase()),
      (error: unknown) => isBadKey(error) && !String(error).includes(text.slice(20, 40).toLowerCase()),
    );
  });
});
