// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import type { SecretBytes } from "../base/secret.ts";
import { checkHeaderMac, damagedHeader, HeaderReader, type SealedHeader } from "./header.ts";
import { generateFileKey } from "./message-head.ts";
import { PayloadReader } from "./payload.ts";
import { sealWithFileKey } from "./seal.ts";
import { isScrypt, unwrapWithPassphrase, wrapForPassphrase } from "./stanza-scrypt.ts";

/** Small files under a passphrase. Apart from mail, because deriving the key takes a thread and its time. */

export interface WorkLimit {
  /** The largest scrypt work factor that is accepted: log2 N; 2^logN KiB of memory. */
  readonly maxLogN: number;
}

/** What age itself opens; a file beyond it could be opened by nobody. */
const greatestLogN = 22;

/** Seals `plaintext`, which stays the caller's. `logN` is 1 to 22; anything else is a `RangeError`. */
export async function sealWithPassphrase(
  plaintext: Uint8Array,
  passphrase: SecretBytes,
  logN: number,
): Promise<Buffer> {
  if (!Number.isInteger(logN) || logN < 1 || logN > greatestLogN) throw new RangeError("logN must be 1 to 22");
  const fileKey = generateFileKey();
  try {
    return sealWithFileKey(fileKey, await wrapForPassphrase(passphrase, fileKey, logN), plaintext);
  } finally {
    fileKey.fill(0);
  }
}

/**
 * Opens a file whose only stanza is of type scrypt. Throws `seal/wrong-passphrase`, `seal/damaged-header`,
 * `seal/damaged-payload` or `seal/no-identity-match` (not sealed with a passphrase).
 */
export async function unsealWithPassphrase(
  sealed: Uint8Array,
  passphrase: SecretBytes,
  limit: WorkLimit,
): Promise<Buffer> {
  const read = new HeaderReader().push(sealed);
  if (read === undefined) throw damagedHeader("the file is cut off within its header");
  const payload = new PayloadReader(await findFileKeyByPassphrase(read.header, passphrase, limit));
  const released = payload.update(read.rest);
  return Buffer.concat([...released, ...payload.finish()]);
}

/** The file key of a header whose MAC it confirms; the caller wipes it. Errors as `unsealWithPassphrase`. */
export async function findFileKeyByPassphrase(
  header: SealedHeader,
  passphrase: SecretBytes,
  limit: WorkLimit,
): Promise<Buffer> {
  const stanza = header.stanzas.find(isScrypt);
  if (stanza === undefined) throw new PosternError("seal/no-identity-match", "it is not sealed with a passphrase");
  const fileKey = await unwrapWithPassphrase(passphrase, stanza, limit.maxLogN);
  checkHeaderMac(header, fileKey);
  return fileKey;
}
