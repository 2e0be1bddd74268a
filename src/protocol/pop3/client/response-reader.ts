// SPDX-License-Identifier: Apache-2.0
import { LineSplitter } from "../../wire/line-splitter.ts";

/** RFC 2449 §4 allows 512; servers with long texts exceed it, and a challenge (RFC 5034 §4) may be far longer. */
const maxResponseLineBytes = 16 * 1024;

/** The first line of a response (RFC 1939 §3). */
export interface UpstreamResponse {
  readonly ok: boolean;
  /** RFC 2449 §8: what stood in brackets, upper case, kept whether we know it or not. */
  readonly code: string | undefined;
  /** Everything behind `+OK` or `-ERR` and one blank, the response code included. */
  readonly text: string;
}

export type ResponseResult =
  | { readonly kind: "response"; readonly response: UpstreamResponse }
  /** `+ ` and a challenge: the server waits for a line of a SASL exchange. */
  | { readonly kind: "challenge"; readonly base64: string }
  | { readonly kind: "more" }
  | { readonly kind: "malformed" };

/** Reads what a POP3 server says, line by line; multi-line parts are taken out by `takeRest`. */
export class ResponseReader {
  readonly #lines = new LineSplitter(maxResponseLineBytes);

  push(bytes: Buffer): void {
    this.#lines.push(bytes);
  }

  get heldBytes(): number {
    return this.#lines.heldBytes;
  }

  /** The octets behind the last line: the multi-line part, as far as it is here. */
  takeRest(): Buffer {
    return this.#lines.takeRest();
  }

  next(): ResponseResult {
    const result = this.#lines.next();
    if (result.kind === "more") return result;
    return result.kind === "line" ? readLine(result.line.toString("utf8")) : { kind: "malformed" };
  }
}

function readLine(line: string): ResponseResult {
  if (line === "+" || line.startsWith("+ ")) return { kind: "challenge", base64: line.slice(2) };
  const [, status, text = ""] = /^(\+OK|-ERR)(?: (.*))?$/s.exec(line) ?? [];
  if (status === undefined) return { kind: "malformed" };
  const [, code] = /^\[([A-Za-z0-9/_-]{1,64})\]/.exec(text) ?? [];
  return { kind: "response", response: { ok: status === "+OK", code: code?.toUpperCase(), text } };
}
