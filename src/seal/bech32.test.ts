// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeBech32, encodeBech32, toUpperCase } from "./bech32.ts";

const decode = (text: string) => decodeBech32(Buffer.from(text, "latin1"));

describe("bech32", () => {
  // BIP 173, "Test vectors": valid strings.
  const valid: readonly (readonly [string, string, string])[] = [
    ["A12UEL5L", "a", ""],
    ["a12uel5l", "a", ""],
    ["abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef", "00443214c74254b635cf84653a56d7c675be77df"],
    [
      "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
      "split",
      "c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d",
    ],
    ["?1ezyfcl", "?", ""],
  ];
  for (const [text, prefix, hex] of valid) {
    it(`reads and writes ${text}`, () => {
      const decoded = decode(text);
      assert.equal(decoded?.prefix, prefix);
      assert.equal(decoded.bytes.toString("hex"), hex);
      assert.equal(encodeBech32(prefix, decoded.bytes).toString("latin1"), text.toLowerCase());
      assert.equal(toUpperCase(encodeBech32(prefix, decoded.bytes)).toString("latin1"), text.toUpperCase());
    });
  }

  // BIP 173, "Test vectors": invalid strings, and some of our own kinds of damage.
  const invalid: readonly (readonly [string, string])[] = [
    ["\x201nwldj5", "prefix character out of range"],
    ["\x7f1axkwrx", "prefix character out of range"],
    ["\x801eym55h", "prefix character out of range"],
    ["pzry9x0s0muk", "no separator"],
    ["1pzry9x0s0muk", "empty prefix"],
    ["x1b4n0q5v", "invalid character"],
    ["li1dgmt3", "checksum too short"],
    ["de1lg7wt\xff", "invalid character in the checksum"],
    ["A1G7SGD8", "checksum of the upper-case prefix"],
    ["10a06t8", "empty prefix"],
    ["1qzzfhee", "empty prefix"],
    ["A12uEL5L", "both cases"],
    ["a12uel5q", "wrong checksum"],
    ["", "nothing"],
  ];
  for (const [text, why] of invalid) {
    it(`refuses ${JSON.stringify(text)}: ${why}`, () => {
      assert.equal(decode(text), undefined);
    });
  }

  it("refuses filling that is not zero or a symbol too long, so that one key has one text", () => {
    // Two symbols are one octet and two filling bits; a third symbol would be filling alone.
    assert.equal(decode(withChecksum("a", [0, 1])), undefined);
    assert.equal(decode(withChecksum("a", [0, 0, 0])), undefined);
    assert.equal(decode(withChecksum("a", [0, 0]))?.bytes.toString("hex"), "00");
  });
});

/** The checksum of BIP 173 in whole numbers, written apart from ours. */
function polymod(values: readonly number[]): number {
  let state = 1n;
  for (const value of values) {
    const top = state >> 25n;
    state = ((state & 0x1ffffffn) << 5n) ^ BigInt(value);
    for (const [bit, term] of [0x3b6a57b2n, 0x26508e6dn, 0x1ea119fan, 0x3d4233ddn, 0x2a1462b3n].entries()) {
      if ((top >> BigInt(bit)) & 1n) state ^= term;
    }
  }
  return Number(state);
}

function withChecksum(prefix: string, symbols: readonly number[]): string {
  const octets = [...Buffer.from(prefix, "latin1")];
  const expanded = [...octets.map((octet) => octet >> 5), 0, ...octets.map((octet) => octet & 31)];
  const checksum = polymod([...expanded, ...symbols, 0, 0, 0, 0, 0, 0]) ^ 1;
  const all = [...symbols, ...[25, 20, 15, 10, 5, 0].map((shift) => (checksum >> shift) & 31)];
  return `${prefix}1${all.map((symbol) => "qpzry9x8gf2tvdw0s3jn54khce6mua7l"[symbol]).join("")}`;
}
