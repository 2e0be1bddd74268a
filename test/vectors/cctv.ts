// SPDX-License-Identifier: Apache-2.0
import { inflateSync } from "node:zlib";
import * as files from "cctv-age";

/** One of the official age vectors (C2SP CCTV): a text header, an empty line, an age file. */
export interface Vector {
  readonly name: string;
  readonly expect: string;
  /** SHA-256 (hex) of all plaintext that may be released, also when the file fails later. */
  readonly payloadSha256: string | undefined;
  readonly identities: readonly string[];
  readonly passphrases: readonly string[];
  readonly fileKey: Buffer | undefined;
  readonly isArmored: boolean;
  readonly file: Buffer;
}

const knownFields = new Set([
  "expect",
  "payload",
  "identity",
  "passphrase",
  "armored",
  "file key",
  "compressed",
  "comment",
]);

export function loadVectors(): readonly Vector[] {
  const vectors: Vector[] = [];
  for (const [name, octets] of Object.entries(files)) {
    if (octets instanceof Uint8Array) vectors.push(parseVector(name, Buffer.from(octets)));
  }
  return vectors;
}

function parseVector(name: string, octets: Buffer): Vector {
  const split = octets.indexOf("\n\n");
  const fields = octets
    .toString("utf8", 0, split)
    .split("\n")
    .map((line): readonly [string, string] => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
  for (const [field] of fields) {
    if (!knownFields.has(field)) throw new Error(`vector ${name} has an unknown field: ${field}`);
  }
  const all = (wanted: string) => fields.filter(([field]) => field === wanted).map(([, value]) => value);
  const body = octets.subarray(split + 2);
  const [fileKey] = all("file key");
  return {
    name,
    expect: all("expect")[0] ?? "",
    payloadSha256: all("payload")[0],
    identities: all("identity"),
    passphrases: all("passphrase"),
    fileKey: fileKey === undefined ? undefined : Buffer.from(fileKey, "hex"),
    isArmored: all("armored")[0] === "yes",
    file: all("compressed")[0] === "zlib" ? inflateSync(body) : body,
  };
}
