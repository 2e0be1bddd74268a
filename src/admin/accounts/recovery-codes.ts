// SPDX-License-Identifier: Apache-2.0
import { hash, randomBytes } from "node:crypto";
import { limits } from "../../base/limits.ts";
import { base32 } from "./totp.ts";

/** 80 random bits: nobody goes through them, so a fast hash is enough. */
const codeBytes = 10;

/** Codes for the day when the telephone is gone; each opens once. To be shown once, and printed. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: limits.recoveryCodes }, () => {
    const letters = base32(randomBytes(codeBytes)).toLowerCase();
    return letters.replaceAll(/.{4}(?=.)/g, "$&-");
  });
}

/** What is kept of a code. Letter case, blanks and dashes do not matter: people copy from paper. */
export function recoveryCodeHash(code: string): string {
  return hash("sha256", `postern recovery code ${code.toLowerCase().replaceAll(/[\s-]/g, "")}`, "hex");
}
