// SPDX-License-Identifier: Apache-2.0
import { CR, DOT, LF } from "../../base/bytes.ts";

const crlfDot = Buffer.from("\r\n.");

/** Where the octets at the end of the last piece stand with regard to CRLF . CRLF. */
type Tail = "line-start" | "within" | "cr" | "dot" | "dot-cr";

/**
 * Takes mail data out of its transparency (RFC 5321 §4.5.2). The only end is CRLF . CRLF, where the first CRLF may be
 * the one that ended the DATA command. A dot goes only directly after CRLF; everything else, bare CR and bare LF and
 * NUL included, stays as it is. Gives slices of what it was given; only content that is mostly dots is copied.
 */
export class DotUnstuffer {
  #tail: Tail = "line-start";
  /** Set once the end was found. */
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  /** Content octets in `content`; when the end was in this piece, `rest` is what follows it, else `undefined`. */
  update(input: Buffer): { readonly content: readonly Buffer[]; readonly rest: Buffer | undefined } {
    const content: Buffer[] = [];
    let at = 0;
    while (at < input.length) {
      if (this.#tail === "within") at = this.#scan(input, at, content);
      else at = this.#step(input, at, content);
      if (this.#ended) return { content: gather(content), rest: input.subarray(at) };
    }
    return { content: gather(content), rest: undefined };
  }

  /** Runs through text in one go to the next CRLF-dot, or to the end of the piece. */
  #scan(input: Buffer, from: number, content: Buffer[]): number {
    const found = input.indexOf(crlfDot, from);
    if (found >= 0) {
      content.push(input.subarray(from, found + 2));
      this.#tail = "dot";
      return found + 3;
    }
    content.push(input.subarray(from));
    const last = input[input.length - 1];
    if (last === CR) this.#tail = "cr";
    // The CR before this LF can be in this piece only: were it the last of the piece before, the state were "cr".
    else if (last === LF && input.length - from >= 2 && input[input.length - 2] === CR) this.#tail = "line-start";
    return input.length;
  }

  /** One octet where the last piece ended within a possible CRLF . CRLF; gives where to go on. */
  #step(input: Buffer, at: number, content: Buffer[]): number {
    const octet = input[at];
    switch (this.#tail) {
      case "line-start":
        this.#tail = octet === DOT ? "dot" : "within";
        return octet === DOT ? at + 1 : at;
      case "cr":
        this.#tail = octet === LF ? "line-start" : "within";
        if (octet !== LF) return at;
        content.push(input.subarray(at, at + 1));
        return at + 1;
      case "dot":
        // The dot is dropped also when no second dot follows (RFC 5321 §4.5.2).
        this.#tail = octet === CR ? "dot-cr" : "within";
        return octet === CR ? at + 1 : at;
      case "dot-cr":
        this.#ended = octet === LF;
        if (this.#ended) return at + 1;
        // Not the end: the CR was content. What follows it may begin a CRLF, but not end one.
        content.push(heldCr);
        this.#tail = "within";
        return at;
      case "within":
        break;
    }
    return at;
  }
}

const heldCr = Buffer.from([CR]);

/** Beyond this, handling slices one by one costs more than a copy: a peer may send nothing but dots. */
const maxSlices = 32;

function gather(slices: readonly Buffer[]): readonly Buffer[] {
  return slices.length > maxSlices ? [Buffer.concat(slices)] : slices;
}

/**
 * Puts content into transparency (RFC 5321 §4.5.2, RFC 1939 §3): a dot that begins a line, which is one directly after
 * CRLF or at the very start, is doubled. Gives slices of what it was given.
 */
export class DotStuffer {
  /** How many octets of CRLF the last piece ended with; 2 at the start, where a line begins too. */
  #matched = 2;

  update(content: Buffer): readonly Buffer[] {
    if (content.length === 0) return [];
    const out: Buffer[] = [];
    let from = 0;
    if (this.#matched === 2 && content[0] === DOT) out.push(dot);
    else if (this.#matched === 1 && content[0] === LF && content[1] === DOT) {
      out.push(content.subarray(0, 1), dot);
      from = 1;
    }
    for (let found = content.indexOf(crlfDot, from); found >= 0; found = content.indexOf(crlfDot, from)) {
      out.push(content.subarray(from, found + 2), dot);
      from = found + 2;
    }
    out.push(content.subarray(from));
    this.#matched = matchedCrlf(content, this.#matched);
    return gather(out);
  }

  /** What ends the multi-line part: CRLF first when the content did not end in one, then the dot. */
  finish(): Buffer {
    return this.#matched === 2 ? endOfData : Buffer.from("\r\n.\r\n");
  }
}

const dot = Buffer.from(".");
const endOfData = Buffer.from(".\r\n");

function matchedCrlf(content: Buffer, before: number): number {
  const last = content[content.length - 1];
  if (last === CR) return 1;
  if (last !== LF) return 0;
  const previous = content.length >= 2 ? content[content.length - 2] === CR : before === 1;
  return previous ? 2 : 0;
}
