// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { commonParts } from "./common-passwords.ts";

/** Different characters that must be left when the common parts, and the name of the account, are taken out. */
const leastOwnCharacters = 5;

/** Holds a password that a person chose against the rules. Throws `admin/weak-password`, saying what to do. */
export function checkPassword(password: string, account: string): void {
  const characters = Array.from(password).length;
  const least = limits.administratorPasswordCharacters;
  if (characters < least)
    throw weak(`it has ${characters} characters; take ${least} or more, several words for instance`);
  if (Buffer.byteLength(password) > limits.administratorPasswordBytes) {
    throw weak(`more than ${limits.administratorPasswordBytes} bytes are not taken`);
  }
  let rest = password.toLowerCase().replaceAll(/\s/g, "");
  for (const part of [account.toLowerCase(), ...commonParts]) rest = rest.replaceAll(part, "");
  if (new Set(rest).size < leastOwnCharacters) {
    throw weak("it is made of the name, of few characters, or of what stands in every list of leaked passwords");
  }
}

function weak(reason: string): PosternError {
  return new PosternError("admin/weak-password", reason);
}
