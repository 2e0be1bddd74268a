// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import type { Stanza } from "./contract.ts";
import { checkHeaderMac, formatHeader, HeaderReader, parseHeader } from "./header.ts";

const fileKey = Buffer.from("YELLOW SUBMARINE");
const isDamagedHeader = (error: unknown) => hasCode(error, "seal/damaged-header");

function stanza(bodyBytes: number, type = "example.org/grease"): Stanza {
  return { type, args: ["a", "~!"], body: Buffer.alloc(bodyBytes, 0xa5) };
}

function withStanzas(count: number): Buffer {
  return formatHeader(Array<Stanza>(count).fill(stanza(1)), fileKey);
}

/** A header of exactly `bytes` octets, by the length of one argument. */
function headerOf(bytes: number): Buffer {
  const least = formatHeader([{ ...stanza(0), args: ["x"] }], fileKey).length;
  return formatHeader([{ ...stanza(0), args: ["x".repeat(1 + bytes - least)] }], fileKey);
}

describe("the sealed header", () => {
  it("comes back as it was written, with bodies around the line length", () => {
    // 48 octets fill one line of 64 characters, so an empty line must follow.
    for (const bodyBytes of [0, 1, 2, 3, 47, 48, 49, 95, 96, 97, 1120]) {
      const octets = formatHeader([stanza(bodyBytes), stanza(32, "X25519")], fileKey);
      const header = parseHeader(octets);
      assert.deepEqual(header.stanzas, [stanza(bodyBytes), stanza(32, "X25519")]);
      checkHeaderMac(header, fileKey);
      for (const line of octets.toString("latin1").split("\n")) assert.ok(line.length <= 64);
    }
  });

  it("is refused under another file key", () => {
    const header = parseHeader(formatHeader([stanza(32)], fileKey));
    assert.throws(() => checkHeaderMac(header, Buffer.alloc(16)), isDamagedHeader);
  });

  it("is read byte by byte, and gives back what follows", () => {
    const octets = formatHeader([stanza(100)], fileKey);
    const reader = new HeaderReader();
    for (let at = 0; at < octets.length - 1; at++) assert.equal(reader.push(octets.subarray(at, at + 1)), undefined);
    const read = reader.push(Buffer.concat([octets.subarray(-1), Buffer.from("payload")]));
    assert.equal(read?.rest.toString(), "payload");
    assert.deepEqual(read.header, parseHeader(octets));
  });

  it("is refused at its first octet that is not age v1", () => {
    for (const text of ["From: a@b\r\n", "age-encryption.org/v2\n", "\0", "age-encryption.org/v1\r"]) {
      assert.throws(() => new HeaderReader().push(Buffer.from(text)), isDamagedHeader);
    }
  });

  it("may be as long as the limit and no longer", () => {
    const limit = limits.sealedHeaderBytes;
    for (const bytes of [limit - 1, limit]) {
      const octets = headerOf(bytes);
      assert.equal(octets.length, bytes);
      assert.ok(new HeaderReader().push(Buffer.concat([octets, Buffer.alloc(100)])) !== undefined);
    }
    assert.throws(() => new HeaderReader().push(headerOf(limit + 1)), isDamagedHeader);
    const reader = new HeaderReader();
    assert.throws(() => {
      for (const octet of headerOf(limit + 1)) reader.push(Buffer.from([octet]));
    }, isDamagedHeader);
  });

  it("may hold as many stanzas as the limit and no more", () => {
    const limit = limits.sealedHeaderStanzas;
    assert.equal(parseHeader(withStanzas(limit - 1)).stanzas.length, limit - 1);
    assert.equal(parseHeader(withStanzas(limit)).stanzas.length, limit);
    assert.throws(() => parseHeader(withStanzas(limit + 1)), isDamagedHeader);
    assert.throws(() => parseHeader(withStanzas(0)), isDamagedHeader);
  });

  it("has a scrypt stanza alone or not at all", () => {
    parseHeader(formatHeader([stanza(32, "scrypt")], fileKey));
    for (const other of ["scrypt", "X25519", "example.org/grease"]) {
      const octets = formatHeader([stanza(32, other), stanza(32, "scrypt")], fileKey);
      assert.throws(() => parseHeader(octets), isDamagedHeader);
    }
  });
});

describe("base64 without padding", () => {
  it("takes the canonical form alone", () => {
    // RFC 4648 §10.
    for (const [text, encoded] of [
      ["", ""],
      ["f", "Zg"],
      ["fo", "Zm8"],
      ["foo", "Zm9v"],
      ["foob", "Zm9vYg"],
      ["fooba", "Zm9vYmE"],
      ["foobar", "Zm9vYmFy"],
    ] as const) {
      assert.equal(encodeBase64(Buffer.from(text)), encoded);
      assert.equal(decodeBase64(encoded)?.toString(), text);
    }
    for (const refused of ["Zg==", "Zh", "Zm8=", "Zm9", "Z", "Zm 9v", "Zm9v\n", "-_-_", "Zm9v\u0100"]) {
      assert.equal(decodeBase64(refused), undefined, refused);
    }
  });
});
