// SPDX-License-Identifier: Apache-2.0
import type { Cursor } from "./cursor.ts";
import { type Refusal, refusals } from "./refusal.ts";

/** Parameters of MAIL or RCPT by upper-case keyword; the value is `undefined` for a keyword alone. */
export type Parameters = ReadonlyMap<string, string | undefined>;

export type ParametersResult =
  | { readonly ok: true; readonly parameters: Parameters; readonly text: string }
  | { readonly ok: false; readonly refusal: Refusal };

type Check = (value: string | undefined) => boolean;

const xtext = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/;
const present =
  (pattern: RegExp): Check =>
  (value) =>
    value !== undefined && pattern.test(value);

/** What MAIL may carry: RFC 1870 §3, RFC 6152 §2, RFC 6531 §3.4, RFC 3461 §4.3 and §4.4, RFC 4954 §5. */
export const mailParameters: Readonly<Record<string, Check>> = {
  SIZE: present(/^\d{1,20}$/),
  BODY: present(/^(?:7BIT|8BITMIME)$/i),
  SMTPUTF8: (value) => value === undefined,
  RET: present(/^(?:FULL|HDRS)$/i),
  ENVID: (value) => value !== undefined && value.length <= 100 && xtext.test(value),
  AUTH: present(xtext),
};

/** What RCPT may carry: RFC 3461 §4.1 and §4.2. */
export const recipientParameters: Readonly<Record<string, Check>> = {
  NOTIFY: present(/^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i),
  ORCPT: (value) => value !== undefined && value.length <= 500 && isOriginalRecipient(value),
};

/** RFC 3461 §4.2: `address-type;xtext`; RFC 6533 §3 lets an utf-8 address have more. */
function isOriginalRecipient(value: string): boolean {
  const separator = value.indexOf(";");
  const address = value.slice(separator + 1);
  if (separator < 1) return false;
  return value.slice(0, separator).toLowerCase() === "utf-8" ? !/[\s=]/.test(address) : xtext.test(address);
}

/** Reads ` KEYWORD=value …` to the end of the line (RFC 5321 §4.1.2). */
export function takeParameters(cursor: Cursor, known: Readonly<Record<string, Check>>): ParametersResult {
  const parameters = new Map<string, string | undefined>();
  const from = cursor.position;
  while (!cursor.atEnd) {
    if (cursor.takeWhile((character) => character === " ") === "") return refuse(refusals.argumentSyntax);
    // A blank at the end of the line is a slip of many senders and harms nobody.
    if (cursor.atEnd) break;
    const keyword = cursor.takeWhile((character) => /[A-Za-z0-9-]/.test(character)).toUpperCase();
    const value = cursor.take("=") ? cursor.takeWhile((character) => character > " " && character !== "=") : undefined;
    if (keyword === "") return refuse(refusals.argumentSyntax);
    const check = Object.hasOwn(known, keyword) ? known[keyword] : undefined;
    if (check === undefined) return refuse(refusals.unknownParameter);
    if (parameters.has(keyword) || !check(value)) return refuse(refusals.argumentSyntax);
    parameters.set(keyword, value);
  }
  return { ok: true, parameters, text: cursor.since(from).trim() };
}

function refuse(refusal: Refusal): ParametersResult {
  return { ok: false, refusal };
}
