// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";

/**
 * Words and rows of keys that the long ones among leaked passwords are made of. What is left of a password without them
 * must still be long enough to try.
 */
const commonParts = [
  "password",
  "passwort",
  "administrator",
  "admin",
  "postern",
  "archive",
  "gateway",
  "letmein",
  "welcome",
  "willkommen",
  "changeme",
  "trustno1",
  "iloveyou",
  "sunshine",
  "princess",
  "football",
  "baseball",
  "superman",
  "starwars",
  "whatever",
  "computer",
  "internet",
  "michelle",
  "jennifer",
  "dragon",
  "monkey",
  "master",
  "shadow",
  "secret",
  "geheim",
  "hallo",
  "hello",
  "test",
  "1q2w3e4r5t6y",
  "1q2w3e4r",
  "1qaz2wsx3edc",
  "1qaz2wsx",
  "qwertyuiop",
  "qwertzuiop",
  "qwerty",
  "qwertz",
  "azerty",
  "asdfghjkl",
  "asdf",
  "zxcvbnm",
  "yxcvbnm",
  "abcdefghijklmnopqrstuvwxyz",
  "abcdefghij",
  "abcdef",
  "abc",
  "01234567890",
  "1234567890",
  "0987654321",
  "123456789",
  "12345678",
  "1234567",
  "123456",
  "12345",
  "1234",
  "123",
  "321",
  "0000",
  "1111",
] as const;

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
