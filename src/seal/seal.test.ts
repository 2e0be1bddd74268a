// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Recipient } from "./contract.ts";
import { generateIdentity } from "./identity.ts";
import { parseRecipient } from "./keys.ts";
import { generateFileKey } from "./message-head.ts";
import { createSealer, sealWhole, sealWithFileKey } from "./seal.ts";

const recipient = parseRecipient(generateIdentity("x25519").recipient);

/** Lends out the file keys that pass by, to look at them afterwards. */
function watched(fileKeys: Uint8Array[]): Recipient {
  return {
    ...recipient,
    wrapFileKey: (fileKey) => {
      fileKeys.push(fileKey);
      return recipient.wrapFileKey(fileKey);
    },
  };
}

describe("sealing", () => {
  it("wipes every file key", () => {
    const fileKeys: Uint8Array[] = [];
    sealWhole(watched(fileKeys), Buffer.from("hello"));
    const sealer = createSealer(watched(fileKeys));
    sealer.update(Buffer.alloc(70_000));
    sealer.finish();
    const fileKey = generateFileKey();
    sealWithFileKey(fileKey, recipient.wrapFileKey(fileKey), Buffer.from("hello"));
    fileKeys.push(fileKey);
    assert.deepEqual(fileKeys, Array(3).fill(Buffer.alloc(16)));
  });

  it("computes no key before the first chunk is there", () => {
    const fileKeys: Uint8Array[] = [];
    const sealer = createSealer(watched(fileKeys));
    assert.deepEqual(sealer.update(Buffer.alloc(65_536)), []);
    assert.equal(fileKeys.length, 0);
    assert.equal(sealer.update(Buffer.alloc(1)).length, 1);
    assert.equal(fileKeys.length, 1);
  });

  it("ends once", () => {
    const sealer = createSealer(recipient);
    sealer.finish();
    assert.throws(() => sealer.finish(), TypeError);
    assert.throws(() => sealer.update(Buffer.from("more")), TypeError);
  });
});
