// SPDX-License-Identifier: Apache-2.0
import { totpCode, totpStep } from "../../src/admin/accounts/totp.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code that an authenticator app with this secret (base32, RFC 4648 §6) shows now, or `later` steps on. */
export function authenticatorCode(secret: string, later = 0): string {
  const bits = Array.from(secret.replaceAll(" ", ""), (letter) =>
    alphabet.indexOf(letter).toString(2).padStart(5, "0"),
  );
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  const key = Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
  return totpCode(key, totpStep(Date.now()) + later);
}
