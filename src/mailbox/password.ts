// SPDX-License-Identifier: Apache-2.0
import { randomInt } from "node:crypto";
import { SecretBytes } from "../base/secret.ts";

/**
 * Lower-case letters and digits without those that people mistake for one another (0 o, 1 l i). No character of it,
 * nor the dash between groups, means anything to a shell, a URL, JSON or a spreadsheet.
 */
export const passwordAlphabet = "23456789abcdefghjkmnpqrstuvwxyz";

/** 28 characters of 31 are 138 random bits: at least 128, so the KDF need not make up for a weak password. */
const groups = 7;
const groupLength = 4;

/** A mailbox password as Postern makes them: `abcd-efgh-…`, seven groups of four. Show it once; wipe it. */
export function generatePassword(): SecretBytes {
  const password = Buffer.alloc(groups * (groupLength + 1) - 1, "-", "latin1");
  for (let position = 0; position < password.length; position++) {
    if (position % (groupLength + 1) === groupLength) continue;
    password[position] = passwordAlphabet.charCodeAt(randomInt(passwordAlphabet.length));
  }
  return SecretBytes.own(password);
}

const generatedShape = new RegExp(
  `^[${passwordAlphabet}]{${groupLength}}(?:-[${passwordAlphabet}]{${groupLength}}){${groups - 1}}$`,
);

/** Of 28 random characters of 31, 18.6 are different on average; fewer than 10 with a probability of 1.3 * 10^-8. */
const leastDifferent = 10;

/** Whether a password that somebody else made can be a random one in the shape of `generatePassword`. */
export function looksGenerated(password: SecretBytes): boolean {
  const text = password.expose().toString("utf8");
  return generatedShape.test(text) && new Set(text.replaceAll("-", "")).size >= leastDifferent;
}
