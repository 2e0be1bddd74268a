// SPDX-License-Identifier: Apache-2.0
import { LineSplitter } from "../../wire/line-splitter.ts";
import { type Reply, reply } from "../reply.ts";

/** RFC 5321 §4.5.3.1.5 allows 512; servers with long texts and addresses exceed it. */
const maxReplyLineBytes = 4096;
/** An EHLO reply has some twenty lines; a refusal with advice has ten. */
const maxReplyLines = 128;

export type ReplyResult =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "more" }
  /** No reply of RFC 5321 §4.2, or one beyond the limits: what follows cannot be trusted to be in step. */
  | { readonly kind: "malformed" };

/** Reads the replies of an SMTP server. */
export class ReplyReader {
  readonly #lines = new LineSplitter(maxReplyLineBytes);
  #code: number | undefined;
  #texts: string[] = [];

  push(bytes: Buffer): void {
    this.#lines.push(bytes);
  }

  /** Octets that belong to no whole reply. */
  get heldBytes(): number {
    return this.#lines.heldBytes + this.#texts.length;
  }

  next(): ReplyResult {
    for (;;) {
      const result = this.#lines.next();
      if (result.kind === "more") return result;
      if (result.kind !== "line") return { kind: "malformed" };
      // RFC 5321 §4.2: three digits, then a hyphen or blank and text; a code alone is taken too (RFC 5321 §4.2.1).
      const [, digits, separator, text] =
        /^([2-5][0-5][0-9])(?:([ -])(.*))?$/s.exec(result.line.toString("utf8")) ?? [];
      if (digits === undefined) return { kind: "malformed" };
      const code = Number(digits);
      // RFC 5321 §4.2.1: all lines of a reply carry the same code.
      if (this.#code !== undefined && this.#code !== code) return { kind: "malformed" };
      this.#code = code;
      this.#texts.push(text ?? "");
      if (separator !== "-") return { kind: "reply", reply: this.#finish(code) };
      if (this.#texts.length >= maxReplyLines) return { kind: "malformed" };
    }
  }

  #finish(code: number): Reply {
    const texts = this.#texts;
    this.#code = undefined;
    this.#texts = [];
    return withEnhancedCode(code, texts);
  }
}

/** RFC 2034 §4: the enhanced code stands at the start of every line, and its class is that of the reply. */
function withEnhancedCode(code: number, texts: readonly string[]): Reply {
  const [enhanced] = /^[245]\.[0-9]{1,3}\.[0-9]{1,3}(?= |$)/.exec(texts[0] ?? "") ?? [];
  if (enhanced === undefined || !String(code).startsWith(enhanced.charAt(0))) return reply(code, undefined, ...texts);
  const lines = texts.map((text) => (`${text} `.startsWith(`${enhanced} `) ? text.slice(enhanced.length + 1) : text));
  return reply(code, enhanced, ...lines);
}
