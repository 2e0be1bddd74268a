// SPDX-License-Identifier: Apache-2.0
import type { Cursor } from "./cursor.ts";

/** A mailbox in a path (RFC 5321 §4.1.2). */
export interface Path {
  /** Without quotes and backslashes. */
  readonly localPart: string;
  /** A domain, an address literal with its brackets, or `undefined` for `<postmaster>`. */
  readonly domain: string | undefined;
  /** As the peer wrote it between the angle brackets, source route taken off. */
  readonly text: string;
  /** It holds characters that only SMTPUTF8 allows (RFC 6531 §3.3). */
  readonly utf8: boolean;
}

const maxLocalPartBytes = 64;
const maxDomainBytes = 255;
const maxPathBytes = 256;

/** `<>` or `<path>`; `undefined` when it is neither. RFC 5321 §4.1.1.2: reverse-path. */
export function takeReversePath(cursor: Cursor): Path | null | undefined {
  return cursor.take("<>") ? null : takePath(cursor);
}

/** `<path>`; also `<postmaster>` without a domain (RFC 5321 §4.5.1). `undefined` when it is not one. */
export function takeForwardPath(cursor: Cursor): Path | undefined {
  if (cursor.take("<postmaster>"))
    return { localPart: "postmaster", domain: undefined, text: "postmaster", utf8: false };
  return takePath(cursor);
}

function takePath(cursor: Cursor): Path | undefined {
  if (!cursor.take("<")) return undefined;
  if (cursor.peek() === "@" && !takeSourceRoute(cursor)) return undefined;
  const from = cursor.position;
  const localPart = cursor.peek() === '"' ? takeQuotedString(cursor) : takeDotString(cursor);
  if (localPart === undefined || !cursor.take("@")) return undefined;
  const domainFrom = cursor.position;
  if (!takeDomain(cursor)) return undefined;
  const domain = cursor.since(domainFrom);
  const text = cursor.since(from);
  if (!cursor.take(">")) return undefined;
  // RFC 6531 §3.2: with UTF-8 the limits count octets, not characters.
  const tooLong =
    octets(localPart) > maxLocalPartBytes || octets(domain) > maxDomainBytes || octets(text) + 2 > maxPathBytes;
  if (tooLong) return undefined;
  return { localPart, domain, text, utf8: octets(text) !== text.length };
}

/** RFC 5321 §4.1.2 A-d-l: accepted and ignored (RFC 5321 §3.6.1, appendix C). */
function takeSourceRoute(cursor: Cursor): boolean {
  do {
    if (!cursor.take("@") || !takeDomain(cursor)) return false;
  } while (cursor.take(","));
  return cursor.take(":");
}

/**
 * RFC 5321 §4.1.2 Dot-string, but a dot may stand anywhere: some large providers gave out addresses with dots at the end
 * or in a row, and a copy of their mail must not be lost for it.
 */
function takeDotString(cursor: Cursor): string | undefined {
  const localPart = cursor.takeWhile((character) => character === "." || isAtext(character));
  return localPart === "" ? undefined : localPart;
}

function takeQuotedString(cursor: Cursor): string | undefined {
  cursor.take('"');
  let text = "";
  for (;;) {
    text += cursor.takeWhile((character) => character !== '"' && character !== "\\" && isPrintable(character));
    if (cursor.take('"')) return text;
    if (!cursor.take("\\")) return undefined;
    const quoted = cursor.peek();
    if (quoted === "" || !isPrintable(quoted)) return undefined;
    cursor.take(quoted);
    text += quoted;
  }
}

function takeDomain(cursor: Cursor): boolean {
  if (cursor.take("[")) return cursor.takeWhile(isLiteral) !== "" && cursor.take("]");
  do {
    const label = cursor.takeWhile(isLabel);
    if (label === "" || label.startsWith("-") || label.endsWith("-")) return false;
  } while (cursor.take("."));
  return true;
}

/** RFC 5322 §3.2.3 atext, and every character beyond ASCII (RFC 6531 §3.3). */
function isAtext(character: string): boolean {
  return /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]/.test(character) || isBeyondAscii(character);
}

/** Letters, digits and hyphen; the underscore too, which real hosts use although RFC 5321 §4.1.2 has none. */
function isLabel(character: string): boolean {
  return /[A-Za-z0-9_-]/.test(character) || isBeyondAscii(character);
}

/** RFC 5321 §4.1.3 dcontent with `IPv6:`. */
function isLiteral(character: string): boolean {
  return character > " " && character <= "~" && !"[]\\".includes(character);
}

function isPrintable(character: string): boolean {
  return (character >= " " && character <= "~") || isBeyondAscii(character);
}

/** U+FFFD stands for octets that were no UTF-8: the address could not be recorded as it was. */
function isBeyondAscii(character: string): boolean {
  return (character.codePointAt(0) ?? 0) >= 160 && character !== "\uFFFD";
}

function octets(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
