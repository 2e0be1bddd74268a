// SPDX-License-Identifier: Apache-2.0
import type { Cursor } from "./cursor.ts";
import { type ExtensionSettings, type OptionalExtension, offers } from "./extensions.ts";
import { type Refusal, refusals } from "./refusal.ts";

/** Parameters of MAIL or RCPT by upper-case keyword; the value is `undefined` for a keyword alone. */
export type Parameters = ReadonlyMap<string, string | undefined>;

export type ParametersResult =
  | { readonly ok: true; readonly parameters: Parameters; readonly text: string }
  | { readonly ok: false; readonly refusal: Refusal };

/** One parameter: what its value must be, and the extension that brings it when that can be withheld. */
interface Rule {
  readonly accepts: (value: string | undefined) => boolean;
  readonly extension?: OptionalExtension;
}

type Rules = Readonly<Record<string, Rule>>;

const xtext = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/;
const withValue =
  (pattern: RegExp): Rule["accepts"] =>
  (value) =>
    value !== undefined && pattern.test(value);
const withoutValue: Rule["accepts"] = (value) => value === undefined;

/** What MAIL may carry. */
export const mailParameters = {
  SIZE: { accepts: withValue(/^\d{1,20}$/) }, // RFC 1870 §3
  BODY: { accepts: withValue(/^(?:7BIT|8BITMIME)$/i), extension: "8BITMIME" }, // RFC 6152 §2
  SMTPUTF8: { accepts: withoutValue, extension: "SMTPUTF8" }, // RFC 6531 §3.1
  RET: { accepts: withValue(/^(?:FULL|HDRS)$/i), extension: "DSN" }, // RFC 3461 §4.3
  ENVID: { accepts: (value) => isXtext(value, 100), extension: "DSN" }, // RFC 3461 §4.4
  AUTH: { accepts: (value) => isXtext(value, 500) }, // RFC 4954 §5
  REQUIRETLS: { accepts: withoutValue, extension: "REQUIRETLS" }, // RFC 8689 §2
} as const satisfies Rules;

/** What RCPT may carry. */
export const recipientParameters = {
  NOTIFY: {
    accepts: withValue(/^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i),
    extension: "DSN",
  }, // RFC 3461 §4.1
  ORCPT: { accepts: (value) => value !== undefined && isOriginalRecipient(value), extension: "DSN" }, // RFC 3461 §4.2
} as const satisfies Rules;

function isXtext(value: string | undefined, maxLength: number): boolean {
  return value !== undefined && value !== "" && value.length <= maxLength && xtext.test(value);
}

/** RFC 3461 §4.2: `address-type;xtext`; RFC 6533 §3 lets the address of type `utf-8` have more. */
function isOriginalRecipient(value: string): boolean {
  const separator = value.indexOf(";");
  const address = value.slice(separator + 1);
  if (separator < 1 || value.length > 500) return false;
  return value.slice(0, separator).toLowerCase() === "utf-8" ? !address.includes("\uFFFD") : xtext.test(address);
}

/** Reads ` KEYWORD=value …` to the end of the line (RFC 5321 §4.1.2). */
export function takeParameters(cursor: Cursor, rules: Rules, settings: ExtensionSettings): ParametersResult {
  const parameters = new Map<string, string | undefined>();
  const from = cursor.position;
  while (!cursor.atEnd) {
    if (cursor.takeWhile(isBlank) === "") return refuse(refusals.argumentSyntax);
    // A blank at the end of the line is a slip of many senders and harms nobody.
    if (cursor.atEnd) break;
    const keyword = cursor.takeWhile(isKeyword).toUpperCase();
    const value = cursor.take("=") ? cursor.takeWhile(isValue) : undefined;
    if (keyword === "") return refuse(refusals.argumentSyntax);
    const rule = Object.hasOwn(rules, keyword) ? rules[keyword] : undefined;
    // RFC 5321 §4.1.1.11: 555 for what is not known or not offered.
    if (rule === undefined || !isOffered(rule, settings)) return refuse(refusals.unknownParameter);
    if (parameters.has(keyword) || !rule.accepts(value)) return refuse(refusals.argumentSyntax);
    parameters.set(keyword, value);
  }
  return { ok: true, parameters, text: cursor.since(from).trim() };
}

/** HELO knows no extensions, so there is nothing to parametrise. */
export const noParameters: Rules = {};

function isOffered({ extension }: Rule, settings: ExtensionSettings): boolean {
  return extension === undefined || offers(settings, extension);
}

function isBlank(character: string): boolean {
  return character === " ";
}

function isKeyword(character: string): boolean {
  return /[A-Za-z0-9-]/.test(character);
}

function isValue(character: string): boolean {
  return character > " " && character !== "=";
}

function refuse(refusal: Refusal): ParametersResult {
  return { ok: false, refusal };
}
