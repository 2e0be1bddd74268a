// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";

export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * What POP3 hands out for a content, by `docs/formats/trace-block.md`: bare LF and bare CR become CRLF, NUL becomes octet
 * 128, content that does not end in CRLF gets one. Written with regular expressions on purpose: another way than the
 * gateway's.
 */
export function expectedByPop3(content: Buffer): Buffer {
  const text = content
    .toString("latin1")
    .replaceAll(/\r\n|\r|\n/g, "\r\n")
    .replaceAll("\0", "\x80");
  return Buffer.from(text.endsWith("\r\n") ? text : `${text}\r\n`, "latin1");
}

/** What DATA can carry: the end of data is CRLF "." CRLF, so that content always ends in CRLF (RFC 5321 §4.1.1.4). */
export function expectedByData(content: Buffer): Buffer {
  const ends = content.length === 0 || content.subarray(-2).equals(Buffer.from("\r\n"));
  return ends ? content : Buffer.concat([content, Buffer.from("\r\n")]);
}

/** Line ends of a file that a collector wrote: CRLF became LF. */
export function withoutCarriageReturns(content: Buffer): Buffer {
  return Buffer.from(content.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
}

/**
 * Cuts the trace block off a pulled message: everything up to the first line that is exactly `X-Postern-Trace: end`.
 * Works for files with LF line ends too.
 */
export function withoutTraceBlock(message: Buffer): { readonly trace: string; readonly content: Buffer } {
  const match = /^X-Postern-Trace: end\r?\n/m.exec(message.toString("latin1"));
  if (match === null) throw new Error("the message has no trace block");
  const end = match.index + match[0].length;
  return { trace: message.subarray(0, end).toString(), content: message.subarray(end) };
}
