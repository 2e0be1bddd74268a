// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../base/errors.ts";
import { type Reason, reasonFor } from "../base/reasons.ts";

/** Long enough for people; short enough for one line of a list. */
export const maxNameLength = 100;
export const maxDescriptionLength = 1000;

/**
 * Control characters would let a name write on somebody's terminal or into a log line. Half of a surrogate pair, which JSON
 * can carry, is no character: it would be kept as another name than was asked for.
 */
const noText = /[\p{Cc}\p{Cs}]/u;

/** A mailbox name as it is kept, without blanks around it. Throws `mailbox/bad-request`. */
export function checkName(text: string): string {
  const name = checkText(text, "name", maxNameLength);
  if (name === "") throw refused("name", reasonFor("text-empty"));
  return name;
}

/** A description as it is kept; it may be empty. Throws `mailbox/bad-request`. */
export function checkDescription(text: string): string {
  return checkText(text, "description", maxDescriptionLength);
}

function checkText(text: string, field: string, max: number): string {
  const trimmed = text.trim();
  if (trimmed.length > max) throw refused(field, reasonFor("text-long", { length: trimmed.length, max }));
  if (noText.test(trimmed)) throw refused(field, reasonFor("text-control"));
  return trimmed;
}

function refused(field: string, reason: Reason): PosternError {
  const detail = `the ${field}: ${reason.reason}`;
  return new PosternError("mailbox/bad-request", detail, { fields: [{ field, ...reason }] });
}
