// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";

/** Long enough for people; short enough for one line of a list. */
export const maxNameLength = 100;
export const maxDescriptionLength = 1000;

/** Control characters would let a name write on somebody's terminal or into a log line. */
const controlCharacter = /\p{Cc}/u;

/** A mailbox name as it is kept, without blanks around it. Throws `mailbox/bad-request`. */
export function checkName(text: string): string {
  const name = checkText(text, "the name", maxNameLength);
  if (name === "") throw new PosternError("mailbox/bad-request", "the name is empty");
  return name;
}

/** A description as it is kept; it may be empty. Throws `mailbox/bad-request`. */
export function checkDescription(text: string): string {
  return checkText(text, "the description", maxDescriptionLength);
}

function checkText(text: string, what: string, maxLength: number): string {
  const trimmed = text.trim();
  if (trimmed.length > maxLength) {
    throw new PosternError("mailbox/bad-request", `${what} has ${trimmed.length} characters; ${maxLength} are allowed`);
  }
  if (controlCharacter.test(trimmed)) {
    throw new PosternError("mailbox/bad-request", `${what} holds a line break or another control character`);
  }
  return trimmed;
}
