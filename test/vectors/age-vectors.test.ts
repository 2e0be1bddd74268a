// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { type ErrorCode, PosternError } from "../../src/base/errors.ts";
import { SecretBytes } from "../../src/base/secret.ts";
import { formatHeader, HeaderReader } from "../../src/seal/header.ts";
import { parseIdentity } from "../../src/seal/identity.ts";
import { findFileKeyByPassphrase } from "../../src/seal/passphrase-file.ts";
import { PayloadReader } from "../../src/seal/payload.ts";
import { ChunkSealer, chunkBytes, payloadBytes, payloadKey, payloadNonceBytes } from "../../src/seal/stream.ts";
import { createUnsealer } from "../../src/seal/unseal.ts";
import { ArmorFailure, decodeArmor } from "./armor.ts";
import { loadVectors, type Vector } from "./cctv.ts";

const vectors = loadVectors();

/** Cut sizes; the tiny ones are left out for the vectors of several megabytes. */
const everyCut = [1, 2, 3, 7, 16, 4095, 65535, 65536, 65552, Number.POSITIVE_INFINITY] as const;
const smallFileBytes = 512 * 1024;
const sha256OfNothing = createHash("sha256").digest("hex");

interface Outcome {
  readonly expect: string;
  readonly released: Buffer;
}

/** What our error means in the words of the vectors. */
function inVectorWords(error: unknown): string {
  if (error instanceof ArmorFailure) return "armor failure";
  if (!(error instanceof PosternError)) throw error;
  const isHmac = error.message.includes("HMAC");
  const words: Partial<Record<ErrorCode, string>> = {
    "seal/no-identity-match": "no match",
    "seal/wrong-passphrase": "no match",
    "seal/damaged-header": isHmac ? "HMAC failure" : "header failure",
    "seal/damaged-payload": "payload failure",
  };
  return words[error.code] ?? error.code;
}

/** Opens the file in pieces and keeps what was released before a failure. */
async function collect(vector: Vector, cutBytes: number): Promise<Outcome> {
  const released: Buffer[] = [];
  try {
    const file = vector.isArmored ? decodeArmor(vector.file) : vector.file;
    const [passphrase] = vector.passphrases;
    const pieces = cut(file, cutBytes);
    if (passphrase === undefined) {
      const identities = vector.identities.map((text) => parseIdentity(SecretBytes.fromText(text)));
      const unsealer = createUnsealer(identities);
      for (const piece of pieces) released.push(...unsealer.update(piece));
      released.push(...unsealer.finish());
    } else {
      await collectByPassphrase(pieces, passphrase, released);
    }
    return { expect: "success", released: Buffer.concat(released) };
  } catch (error) {
    return { expect: inVectorWords(error), released: Buffer.concat(released) };
  }
}

async function collectByPassphrase(pieces: Iterator<Buffer>, passphrase: string, released: Buffer[]): Promise<void> {
  const header = new HeaderReader();
  let read: ReturnType<HeaderReader["push"]>;
  while (read === undefined) {
    const next = pieces.next();
    if (next.done === true) throw new PosternError("seal/damaged-header", "cut off");
    read = header.push(next.value);
  }
  const secret = SecretBytes.fromText(passphrase);
  const payload = new PayloadReader(await findFileKeyByPassphrase(read.header, secret, { maxLogN: 20 }));
  released.push(...payload.update(read.rest));
  for (let next = pieces.next(); next.done !== true; next = pieces.next()) released.push(...payload.update(next.value));
  released.push(...payload.finish());
}

function* cut(file: Buffer, cutBytes: number): Generator<Buffer> {
  for (let at = 0; at < file.length; at += cutBytes) yield file.subarray(at, at + cutBytes);
}

describe("official age vectors", () => {
  it("are all there", () => {
    assert.equal(vectors.length, 143);
  });

  for (const vector of vectors) {
    it(`${vector.name}: ${vector.expect}`, async () => {
      const cuts = everyCut.filter((cutBytes) => cutBytes >= 4095 || vector.file.length <= smallFileBytes);
      const outcomes = await Promise.all(cuts.map((cutBytes) => collect(vector, cutBytes)));
      for (const [index, { expect, released }] of outcomes.entries()) {
        assert.equal(expect, vector.expect, `cut at ${cuts[index]}`);
        const sha256 = createHash("sha256").update(released).digest("hex");
        assert.equal(sha256, vector.payloadSha256 ?? sha256OfNothing, `cut at ${cuts[index]}`);
      }
    });
  }
});

describe("official age vectors, written again with their own file key", () => {
  const opened = vectors.filter((vector) => vector.expect === "success" && vector.fileKey !== undefined);

  for (const vector of opened) {
    it(vector.name, async () => {
      const file = vector.isArmored ? decodeArmor(vector.file) : vector.file;
      const fileKey = vector.fileKey ?? Buffer.alloc(0);
      const read = new HeaderReader().push(file);
      assert.ok(read !== undefined);
      const header = formatHeader(read.header.stanzas, fileKey);
      assert.ok(header.equals(file.subarray(0, header.length)), "header");

      const { released } = await collect(vector, Number.POSITIVE_INFINITY);
      const nonce = read.rest.subarray(0, payloadNonceBytes);
      const sealer = new ChunkSealer(payloadKey(fileKey, nonce));
      const payload = Buffer.alloc(payloadBytes(released.length));
      payload.set(nonce);
      let position = payloadNonceBytes;
      let at = 0;
      for (; released.length - at > chunkBytes; at += chunkBytes) {
        position = sealer.seal(released.subarray(at, at + chunkBytes), "more", payload, position);
      }
      sealer.seal(released.subarray(at), "final", payload, position);
      assert.ok(payload.equals(read.rest), "payload");
    });
  }
});
