// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { PosternError } from "../../src/base/errors.ts";
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

interface Outcome {
  readonly expect: string;
  readonly released: Buffer;
}

/** What our error means in the words of the vectors. */
function inVectorWords(error: unknown): string {
  if (error instanceof ArmorFailure) return "armor failure";
  if (!(error instanceof PosternError)) throw error;
  switch (error.code) {
    case "seal/no-identity-match":
    case "seal/wrong-passphrase":
      return "no match";
    case "seal/damaged-header":
      return error.message.includes("HMAC") ? "HMAC failure" : "header failure";
    case "seal/damaged-payload":
      return "payload failure";
    default:
      throw error;
  }
}

/** Runs `step` over the pieces of the file and keeps what was released before a failure. */
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

async function collectByPassphrase(pieces: Iterable<Buffer>, passphrase: string, released: Buffer[]): Promise<void> {
  const header = new HeaderReader();
  let payload: PayloadReader | undefined;
  for (const piece of pieces) {
    let rest = piece;
    if (payload === undefined) {
      const read = header.push(piece);
      if (read === undefined) continue;
      const secret = SecretBytes.fromText(passphrase);
      payload = new PayloadReader(await findFileKeyByPassphrase(read.header, secret, { maxLogN: 20 }));
      rest = read.rest;
    }
    released.push(...payload.update(rest));
  }
  if (payload === undefined) throw new PosternError("seal/damaged-header", "cut off");
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
      for (const cutBytes of everyCut) {
        if (vector.file.length > smallFileBytes && cutBytes < 4095) continue;
        const outcome = await collect(vector, cutBytes);
        assert.equal(outcome.expect, vector.expect, `cut at ${cutBytes}`);
        if (vector.payloadSha256 === undefined) {
          assert.equal(outcome.released.length, 0, `cut at ${cutBytes}`);
        } else {
          const sha256 = createHash("sha256").update(outcome.released).digest("hex");
          assert.equal(sha256, vector.payloadSha256, `cut at ${cutBytes}`);
        }
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
