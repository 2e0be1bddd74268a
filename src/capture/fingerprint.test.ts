// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash, createSecretKey } from "node:crypto";
import { test } from "node:test";
import { ContentDigest } from "./fingerprint.ts";

const key = createSecretKey(Buffer.alloc(32, 7));
const content = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, at) => (at * 31 + (at >> 8)) & 255));

function digest(pieces: readonly Uint8Array[], by = key): string {
  const made = new ContentDigest(by);
  for (const piece of pieces) made.update(piece);
  assert.equal(made.finish(), made.finish());
  return made.finish().toString("hex");
}

test("the digest of a long content is what another program makes of it", () => {
  // Python's hashlib and hmac for the SHA-256 of the first 16 KiB and for the key; the rest by
  // `openssl mac -cipher AES-128-GCM -macopt hexkey:… -macopt hexiv:000000000000000000000000 GMAC`.
  const head = "83a5ee9c1db0b82ae94961fee75a195f6104c65235c07590569657709c1316e8";
  assert.equal(digest([content]), `${head}c1d8494b4f70f32609e29f49c922ffc3`);
});

test("the digest of a short content is its SHA-256", () => {
  for (const bytes of [0, 1, 4096, 16 * 1024]) {
    const short = content.subarray(0, bytes);
    assert.equal(digest([short]), createHash("sha256").update(short).digest("hex"));
  }
  assert.equal(digest([content.subarray(0, 16 * 1024 + 1)]).length, 96);
});

test("how content comes in pieces makes no difference", () => {
  const whole = digest([content]);
  for (const bytes of [1, 7, 1000, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 65_536]) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < content.length; at += bytes) pieces.push(content.subarray(at, at + bytes));
    assert.equal(digest(pieces), whole, String(bytes));
  }
});

test("each octet, the length and the key make another digest", () => {
  const seen = new Set([digest([content])]);
  for (const at of [0, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 15, 50_000, content.length - 1]) {
    const changed = Buffer.from(content);
    changed[at] = (changed[at] ?? 0) ^ 1;
    seen.add(digest([changed]));
  }
  seen.add(digest([content, Buffer.alloc(1)]));
  seen.add(digest([content.subarray(0, -1)]));
  seen.add(digest([content], createSecretKey(Buffer.alloc(32, 8))));
  assert.equal(seen.size, 10);
});
