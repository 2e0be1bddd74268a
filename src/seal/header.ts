// SPDX-License-Identifier: Apache-2.0
import { timingSafeEqual } from "node:crypto";
import { asBuffer, LF } from "../base/bytes.ts";
import { PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { ByteGatherer } from "./byte-gatherer.ts";
import type { Stanza } from "./contract.ts";
import { hkdf32, hmacSha256, noSalt } from "./kdf.ts";

/** The text header of a sealed message (C2SP age, "Header"). */
export interface SealedHeader {
  readonly stanzas: readonly Stanza[];
  /** Everything up to and including `---`, which the MAC covers. */
  readonly authenticated: Buffer;
  readonly mac: Buffer;
}

export const fileKeyBytes = 16;

const versionLine = "age-encryption.org/v1";
const versionOctets = Buffer.from(`${versionLine}\n`, "latin1");
const bodyLineCharacters = 64;
const macBytes = 32;
/** At least one visible ASCII character each, one blank between them. */
const stanzaLine = /^-> [!-~]+(?: [!-~]+)*$/;

/** Writes a header and its MAC. */
export function formatHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Buffer {
  let text = `${versionLine}\n`;
  for (const { type, args, body } of stanzas) text += `-> ${[type, ...args].join(" ")}\n${wrapBody(body)}\n`;
  text += "---";
  const mac = encodeBase64(hmacSha256(headerKey(fileKey), Buffer.from(text, "latin1")));
  return Buffer.from(`${text} ${mac}\n`, "latin1");
}

/** Throws `seal/damaged-header` when the header is not the one that was written with this file key. */
export function checkHeaderMac(header: SealedHeader, fileKey: Uint8Array): void {
  const expected = hmacSha256(headerKey(fileKey), header.authenticated);
  if (!timingSafeEqual(expected, header.mac)) throw damagedHeader("its HMAC does not match");
}

/** What a damaged header is reported as. `detail` names the rule, never the bytes. */
export function damagedHeader(detail: string): PosternError {
  return new PosternError("seal/damaged-header", detail);
}

/** Finds and reads the header at the start of a sealed message, however the input is cut. */
export class HeaderReader {
  readonly #held = new ByteGatherer(limits.sealedHeaderBytes);
  #lineStart = 0;
  #scanned = 0;

  /** `undefined` while the header is not complete. `rest` is the payload that came with it, in the same memory. */
  push(bytes: Uint8Array): { readonly header: SealedHeader; readonly rest: Buffer } | undefined {
    const before = this.#held.length;
    const taken = Math.min(bytes.length, limits.sealedHeaderBytes - before);
    // Nearly always the whole header comes in the first piece, and is read where it lies.
    if (before > 0) this.#held.append(bytes.subarray(0, taken));
    const held = before > 0 ? this.#held.view() : asBuffer(bytes.subarray(0, taken));
    if (!startsAlike(held, versionOctets)) throw damagedHeader("it does not begin as age v1");
    for (;;) {
      const end = held.indexOf(LF, this.#scanned);
      this.#scanned = end < 0 ? held.length : end + 1;
      if (end < 0) break;
      const isLast = held.toString("latin1", this.#lineStart, this.#lineStart + 3) === "---";
      this.#lineStart = end + 1;
      if (isLast) {
        const header = parseHeader(held.subarray(0, end + 1));
        return { header, rest: asBuffer(bytes).subarray(end + 1 - before) };
      }
    }
    if (before === 0) this.#held.append(held);
    if (taken < bytes.length || held.length === limits.sealedHeaderBytes) throw damagedHeader("it is too long");
    return undefined;
  }
}

/** Reads one whole header, from the version line to the line feed behind the MAC. */
export function parseHeader(octets: Buffer): SealedHeader {
  const lines = octets.toString("latin1").split("\n");
  if (lines.pop() !== "" || lines.shift() !== versionLine) throw damagedHeader("it does not begin as age v1");
  const macLine = lines.pop();
  const mac = macLine?.startsWith("--- ") ? decodeBase64(macLine.slice(4)) : undefined;
  if (macLine === undefined || mac?.length !== macBytes) throw damagedHeader("its last line is malformed");
  const stanzas = parseStanzas(lines);
  const authenticated = Buffer.from(octets.subarray(0, octets.length - macLine.length - 1 + 3));
  return { stanzas, authenticated, mac };
}

function parseStanzas(lines: readonly string[]): readonly Stanza[] {
  const stanzas: Stanza[] = [];
  let at = 0;
  while (at < lines.length) {
    const head = lines[at++] ?? "";
    if (!stanzaLine.test(head)) throw damagedHeader("a stanza is malformed");
    if (stanzas.length === limits.sealedHeaderStanzas) throw damagedHeader("it has too many stanzas");
    let text = "";
    // A line of less than 64 characters ends the body, an empty one when the body fills its lines.
    for (;;) {
      const line = lines[at++];
      if (line === undefined || line.length > bodyLineCharacters) throw damagedHeader("a stanza body is malformed");
      text += line;
      if (line.length < bodyLineCharacters) break;
    }
    const body = decodeBase64(text);
    if (body === undefined) throw damagedHeader("a stanza body is not canonical base64");
    const [type = "", ...args] = head.slice(3).split(" ");
    stanzas.push({ type, args, body });
  }
  if (stanzas.length === 0) throw damagedHeader("it has no stanza");
  // A second stanza beside a passphrase would let somebody else choose the file key (C2SP age, "scrypt").
  if (stanzas.length > 1 && stanzas.some((stanza) => stanza.type === "scrypt")) {
    throw damagedHeader("a scrypt stanza must stand alone");
  }
  return stanzas;
}

function wrapBody(body: Buffer): string {
  const text = encodeBase64(body);
  if (text.length < bodyLineCharacters) return text;
  const lines: string[] = [];
  for (let at = 0; at <= text.length; at += bodyLineCharacters) lines.push(text.slice(at, at + bodyLineCharacters));
  return lines.join("\n");
}

function headerKey(fileKey: Uint8Array) {
  return hkdf32(fileKey, noSalt, "header");
}

function startsAlike(held: Buffer, wanted: Buffer): boolean {
  const length = Math.min(held.length, wanted.length);
  return held.compare(wanted, 0, length, 0, length) === 0;
}
