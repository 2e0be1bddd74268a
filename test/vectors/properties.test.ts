// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { type ErrorCode, PosternError } from "../../src/base/errors.ts";
import type { Identity, KeyKind } from "../../src/seal/contract.ts";
import { generateIdentity, parseIdentity } from "../../src/seal/identity.ts";
import { parseRecipient } from "../../src/seal/keys.ts";
import { createSealer, sealedBytes, sealWhole } from "../../src/seal/seal.ts";
import { payloadBytes, payloadNonceBytes } from "../../src/seal/stream.ts";
import { createUnsealer, unsealWhole } from "../../src/seal/unseal.ts";
import { keyKinds, plaintextSizes, samplePlaintext } from "./sealed-samples.ts";

const letter = Buffer.from("From: a\r\n\r\nhello\r\n");

function keyPair(kind: KeyKind) {
  const { identity, recipient } = generateIdentity(kind);
  return { identity: parseIdentity(identity), recipient: parseRecipient(recipient) };
}

/** Cuts into pieces of the given sizes, over and over; size 0 gives an empty piece. */
function cutBy(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Sizes with at least one that moves on. */
const segmentation = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.constantFrom(16, 65535, 65536, 65537, 65552)), {
    minLength: 1,
    maxLength: 6,
  })
  .filter((sizes) => sizes.reduce((sum, size) => sum + size, 0) > 500);

function outcomeOf(identity: Identity, pieces: readonly Buffer[]): { code: ErrorCode | undefined; released: Buffer } {
  const released: Buffer[] = [];
  try {
    const unsealer = createUnsealer([identity]);
    for (const piece of pieces) released.push(...unsealer.update(piece));
    released.push(...unsealer.finish());
    return { code: undefined, released: Buffer.concat(released) };
  } catch (error) {
    assert.ok(error instanceof PosternError);
    return { code: error.code, released: Buffer.concat(released) };
  }
}

for (const kind of keyKinds) {
  describe(`a sealed message (${kind})`, () => {
    const { identity, recipient } = keyPair(kind);

    it("has the size that the formula says, in buffers that can be transferred", () => {
      for (const sizeBytes of plaintextSizes) {
        const plaintext = samplePlaintext(sizeBytes);
        const sealer = createSealer(recipient);
        const first = sealer.update(plaintext);
        const last = sealer.finish();
        const sealed = Buffer.concat([...first, ...last]);
        assert.equal(sealed.length, sealedBytes(kind, sizeBytes));
        assert.equal(sealWhole(recipient, plaintext).length, sealedBytes(kind, sizeBytes));
        assert.equal(last.length, 1);
        if (sizeBytes <= 65536) assert.equal(first.length, 0);
        for (const buffer of [...first, ...last]) {
          assert.equal(buffer.buffer.byteLength, buffer.length);
          assert.ok(structuredClone(buffer.buffer, { transfer: [buffer.buffer] }).byteLength > 0);
        }
      }
    });

    it("opens alike however plaintext and sealed bytes were cut", () => {
      fc.assert(
        fc.property(fc.constantFrom(...plaintextSizes), segmentation, segmentation, (sizeBytes, cutIn, cutOut) => {
          const plaintext = samplePlaintext(sizeBytes);
          const sealer = createSealer(recipient);
          const sealed: Buffer[] = [];
          for (const piece of cutBy(plaintext, cutIn)) {
            // The caller's buffer may be used again at once.
            const lent = Buffer.from(piece);
            sealed.push(...sealer.update(lent));
            lent.fill(0);
          }
          sealed.push(...sealer.finish());
          const { code, released } = outcomeOf(identity, cutBy(Buffer.concat(sealed), cutOut));
          assert.equal(code, undefined);
          assert.ok(released.equals(plaintext));
        }),
        { numRuns: 60 },
      );
    });

    it("fails alike however it was cut, and releases the same plaintext before", () => {
      fc.assert(
        fc.property(fc.nat(), fc.boolean(), segmentation, (at, isTruncation, sizes) => {
          const plaintext = samplePlaintext(200_000);
          const sealed = sealWhole(recipient, plaintext);
          const position = at % sealed.length;
          sealed[position] = (sealed[position] ?? 0) ^ 0x10;
          const damaged = isTruncation ? sealed.subarray(0, position) : sealed;
          const whole = outcomeOf(identity, [damaged]);
          const inPieces = outcomeOf(identity, cutBy(damaged, sizes));
          assert.notEqual(whole.code, undefined);
          assert.equal(inPieces.code, whole.code);
          assert.ok(inPieces.released.equals(whole.released));
          assert.ok(plaintext.subarray(0, whole.released.length).equals(whole.released));
          assert.equal(whole.released.length % 65536, 0);
        }),
        { numRuns: 60 },
      );
    });

    it("tells what is damaged for every octet that is changed", () => {
      const sealed = sealWhole(recipient, letter);
      const payloadAt = sealed.length - payloadBytes(letter.length);
      const stanzasEnd = sealed.lastIndexOf("---", payloadAt);
      for (let at = 0; at < sealed.length; at++) {
        for (const mask of [0x01, 0x80]) {
          const changed = Buffer.from(sealed);
          changed[at] = (changed[at] ?? 0) ^ mask;
          const code = codeOf(() => unsealWhole(identity, changed));
          if (at >= payloadAt) assert.equal(code, "seal/damaged-payload", `octet ${at}`);
          else if (at < 22 || at >= stanzasEnd) assert.equal(code, "seal/damaged-header", `octet ${at}`);
          else assert.ok(code === "seal/damaged-header" || code === "seal/no-identity-match", `octet ${at}: ${code}`);
        }
      }
    });

    it("tells what is missing wherever it is cut off", () => {
      const sealed = sealWhole(recipient, letter);
      const chunksAt = sealed.length - payloadBytes(letter.length) + payloadNonceBytes;
      for (let length = 0; length < sealed.length; length++) {
        const code = codeOf(() => unsealWhole(identity, sealed.subarray(0, length)));
        assert.equal(code, length < chunksAt ? "seal/damaged-header" : "seal/damaged-payload", `cut at ${length}`);
      }
    });

    it("stays failed after a failure", () => {
      const sealed = sealWhole(recipient, samplePlaintext(150_000));
      sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
      const unsealer = createUnsealer([identity]);
      assert.equal(Buffer.concat(unsealer.update(sealed)).length, 131_072);
      for (let i = 0; i < 2; i++) {
        assert.equal(
          codeOf(() => unsealer.finish()),
          "seal/damaged-payload",
        );
      }
      assert.equal(
        codeOf(() => unsealer.update(sealed)),
        "seal/damaged-payload",
      );
    });

    it("is not opened by another identity, nor by one that was wiped", () => {
      const sealed = sealWhole(recipient, Buffer.from("hello"));
      for (const other of keyKinds) {
        assert.equal(
          codeOf(() => unsealWhole(keyPair(other).identity, sealed)),
          "seal/no-identity-match",
        );
      }
      const wiped = keyPair(kind).identity;
      wiped.wipe();
      assert.equal(
        codeOf(() => unsealWhole(wiped, sealed)),
        "seal/bad-key",
      );
    });

    it("never repeats a file key or a nonce", () => {
      const plaintext = Buffer.from("the same words");
      const seen = new Set(Array.from({ length: 20 }, () => sealWhole(recipient, plaintext).toString("latin1", 22)));
      assert.equal(seen.size, 20);
    });
  });
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PosternError) return error.code;
    throw error;
  }
  return "no error";
}
