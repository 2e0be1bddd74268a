// SPDX-License-Identifier: Apache-2.0
import { type KeyObject, randomBytes, scrypt } from "node:crypto";
import { PosternError } from "../base/errors.ts";
import type { SecretBytes } from "../base/secret.ts";
import { encodeBase64 } from "./base64.ts";
import type { Stanza } from "./contract.ts";
import { expectArguments, expectOctets, unwrapFileKey, wrapFileKey } from "./file-key.ts";
import { damagedHeader } from "./header.ts";
import { ownSecretKey } from "./kdf.ts";

/**
 * The stanza of a passphrase (C2SP age, "scrypt"). The derivation runs on libuv's thread pool and takes 2^logN KiB of
 * memory; whoever calls bounds how many run at a time.
 */
const type = "scrypt";
const label = Buffer.from("age-encryption.org/v1/scrypt", "latin1");
const saltBytes = 16;
/** RFC 7914 §2: the block size r; the format fixes it, and the parallelisation p at 1. */
const blockSize = 8;
/** Decimal, without sign or leading zero. */
const workFactor = /^[1-9][0-9]*$/;

export async function wrapForPassphrase(passphrase: SecretBytes, fileKey: Uint8Array, logN: number): Promise<Stanza> {
  const salt = randomBytes(saltBytes);
  const wrapKey = await deriveWrapKey(passphrase, salt, logN);
  return { type, args: [encodeBase64(salt), String(logN)], body: wrapFileKey(wrapKey, fileKey) };
}

/**
 * The file key. Throws `seal/wrong-passphrase`, or `seal/damaged-header` for a stanza that breaks the rules or asks
 * for a work factor above `maxLogN`: whoever wrote the file chose it, whoever opens it pays.
 */
export async function unwrapWithPassphrase(passphrase: SecretBytes, stanza: Stanza, maxLogN: number): Promise<Buffer> {
  const [saltArgument, logNArgument = ""] = expectArguments(stanza, 2);
  const salt = expectOctets(stanza, saltArgument, saltBytes);
  if (!workFactor.test(logNArgument)) throw damagedHeader("a scrypt stanza has a malformed work factor");
  const logN = Number(logNArgument);
  if (logN > maxLogN) throw damagedHeader(`a scrypt stanza asks for a work factor above the limit of ${maxLogN}`);
  const fileKey = unwrapFileKey(await deriveWrapKey(passphrase, salt, logN), stanza.body);
  if (fileKey === undefined) throw new PosternError("seal/wrong-passphrase");
  return fileKey;
}

export function isScrypt(stanza: Stanza): boolean {
  return stanza.type === type;
}

function deriveWrapKey(passphrase: SecretBytes, salt: Buffer, logN: number): Promise<KeyObject> {
  const cost = 2 ** logN;
  // Node's own bound of 32 MiB would refuse logN 15 and above.
  const options = { N: cost, r: blockSize, p: 1, maxmem: 128 * blockSize * (cost + 8) };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.expose(), Buffer.concat([label, salt]), 32, options, (error, key) => {
      if (error === null) resolve(ownSecretKey(key));
      else reject(error);
    });
  });
}
