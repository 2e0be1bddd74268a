// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { KeyDerivation, SaslCrypto } from "../protocol/sasl/client/mechanism.ts";

/** The cryptography of the SASL client mechanisms. */
export const saslCrypto: SaslCrypto = {
  hash: (name, input) => createHash(name).update(input).digest(),
  hmac: (name, key, input) => createHmac(name, key).update(input).digest(),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

/** 144 random bits. */
export function freshNonce(): string {
  return randomBytes(18).toString("base64");
}

const derive = promisify(pbkdf2);

/**
 * Runs SCRAM's key derivations beside the network thread, one at a time: the iteration count is the upstream's choice,
 * and the threads that do the work read and write files too.
 */
export class KeyDeriver {
  #last: Promise<unknown> = Promise.resolve();

  /** The derived key. Wipes the password of `derivation`. */
  derive(derivation: KeyDerivation): Promise<Buffer> {
    const { password, salt, iterations, keyBytes, hash } = derivation;
    const run = (): Promise<Buffer> => derive(password, salt, iterations, keyBytes, hash);
    const key = this.#last.then(run, run).finally(() => password.fill(0));
    this.#last = key.catch(() => undefined);
    return key;
  }
}
