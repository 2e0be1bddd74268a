// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { ChunkAssembler } from "./chunk-assembler.ts";

describe("ChunkAssembler", () => {
  for (const keepBytes of [0, 1] as const) {
    it(`cuts at every chunk size and keeps ${keepBytes} behind, however the pieces come`, () => {
      const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 16 }), pieces, (chunkBytes, given) => {
          const assembler = new ChunkAssembler(chunkBytes, keepBytes);
          const chunks: Buffer[] = [];
          for (const piece of given) assembler.add(piece, (chunk) => chunks.push(Buffer.from(chunk)));
          const whole = Buffer.concat(given);
          assert.ok(chunks.every((chunk) => chunk.length === chunkBytes));
          assert.ok(Buffer.concat([...chunks, assembler.rest()]).equals(whole));
          const expected = Math.floor(Math.max(0, whole.length - keepBytes) / chunkBytes);
          assert.equal(chunks.length, expected);
        }),
      );
    });
  }

  it("passes a chunk that lies whole in a piece on where it lies", () => {
    const piece = Buffer.from("abcdefgh");
    const seen: Buffer[] = [];
    new ChunkAssembler(4, 0).add(piece, (chunk) => seen.push(chunk));
    assert.deepEqual(
      seen.map((chunk) => [chunk.buffer === piece.buffer, chunk.toString()]),
      [
        [true, "abcd"],
        [true, "efgh"],
      ],
    );
  });
});
