// SPDX-License-Identifier: Apache-2.0
import { asBuffer, CR, LF, NUL, noBytes } from "../../base/bytes.ts";
import { Deviation } from "../../base/deviation.ts";

/** What a NUL becomes: the octet that Dovecot uses, since clients hang on NUL. */
const nulSubstitute = 0x80;

export interface Pop3Sizes {
  readonly contentBytes: number;
  /** Octets that POP3 sends for the content, line ends as CRLF, before dot-stuffing (RFC 1939 §11). */
  readonly contentPop3Bytes: number;
  /** Bits of `Deviation`. */
  readonly deviations: number;
}

/**
 * Counts what the content will measure over POP3 while it streams by, so that LIST is exact without opening a message.
 * Every received octet passes here, four in one step; only at CR, LF, NUL and their like does it look closer.
 */
export class Pop3SizeScanner {
  #bytes = 0;
  #added = 0;
  #deviations = 0;
  #afterCr = false;
  #last = -1;

  update(content: Uint8Array): void {
    const length = content.length;
    if (length === 0) return;
    let afterCr = this.#afterCr;
    const words = new FourAtATime(content);
    for (let at = 0; at < length; at++) {
      let octet = content[at] ?? 0;
      if (octet > CR) {
        if (afterCr) {
          afterCr = false;
          this.#bare(Deviation.bareCr);
        }
        at = words.skip(content, at + 1);
        if (at === length) break;
        octet = content[at] ?? 0;
      }
      if (octet === LF) {
        if (afterCr) afterCr = false;
        else this.#bare(Deviation.bareLf);
      } else {
        if (afterCr) this.#bare(Deviation.bareCr);
        afterCr = octet === CR;
        if (octet === NUL) this.#deviations |= Deviation.nul;
      }
    }
    this.#afterCr = afterCr;
    this.#bytes += length;
    this.#last = content[length - 1] ?? -1;
  }

  finish(): Pop3Sizes {
    let { deviations, added } = { deviations: this.#deviations, added: this.#added };
    if (this.#afterCr) {
      deviations |= Deviation.bareCr;
      added += 1;
    } else if (this.#last !== LF) {
      deviations |= Deviation.noFinalCrlf;
      added += 2;
    }
    return { contentBytes: this.#bytes, contentPop3Bytes: this.#bytes + added, deviations };
  }

  #bare(kind: number): void {
    this.#added += 1;
    this.#deviations |= kind;
  }
}

/** Skips octets above CR, four in one step where they lie aligned in memory. */
class FourAtATime {
  readonly #start: number;
  readonly #words: Int32Array;

  constructor(octets: Uint8Array) {
    this.#start = -octets.byteOffset & 3;
    const count = Math.max(0, octets.length - this.#start) >> 2;
    this.#words = count === 0 ? noWords : new Int32Array(octets.buffer, octets.byteOffset + this.#start, count);
  }

  /** Where the next octet of at most CR is at or behind `from`, else the length. */
  skip(octets: Uint8Array, from: number): number {
    let at = from;
    for (; at < octets.length && ((at - this.#start) & 3) !== 0; at++) if ((octets[at] ?? 0) <= CR) return at;
    const words = this.#words;
    let word = (at - this.#start) >> 2;
    // Borrowing marks each octet below 14 in its top bit, and others only together with one (Hacker's Delight §6-1).
    for (; word < words.length; word++) {
      const four = words[word] ?? 0;
      if (((four - 0x0e0e0e0e) & ~four & 0x80808080) !== 0) break;
    }
    at = Math.max(at, word * 4 + this.#start);
    for (; at < octets.length; at++) if ((octets[at] ?? 0) <= CR) break;
    return at;
  }
}

const noWords = new Int32Array(0);

/**
 * Makes of a content what POP3 can carry: bare LF and bare CR become CRLF, NUL 0x80, and the end is a CRLF. Streams; a
 * piece that needs no change is given back as it is, without a copy.
 */
export class Pop3Normaliser {
  /** A CR at the end of the last piece is held back until it is known whether an LF follows. */
  #afterCr = false;
  #last = -1;

  update(content: Uint8Array): Buffer {
    if (content.length === 0) return noBytes;
    this.#last = content[content.length - 1] ?? -1;
    // Every octet may become two, and a CR may come from the piece before.
    let out: Buffer | undefined;
    let length = 0;
    let from = 0;
    let afterCr = this.#afterCr;
    for (let at = 0; at < content.length; at++) {
      if (!afterCr) at = skipOrdinary(content, at);
      const octet = content[at];
      if (octet === undefined) break;
      const ordinary = octet !== LF && octet !== CR && octet !== NUL;
      if (!afterCr && (ordinary || (octet === CR && content[at + 1] === LF))) {
        if (octet === CR) at += 1;
        continue;
      }
      out ??= Buffer.allocUnsafe(content.length * 2 + 2);
      out.set(content.subarray(from, at), length);
      length += at - from;
      from = at + 1;
      if (afterCr || octet === LF) length = out.write("\r\n", length, "latin1") + length;
      if (octet === NUL) out[length++] = nulSubstitute;
      else if (ordinary) from = at;
      afterCr = octet === CR;
    }
    this.#afterCr = afterCr;
    if (out === undefined) return asBuffer(content);
    out.set(content.subarray(from), length);
    return out.subarray(0, length + content.length - from);
  }

  /** What is still to be sent at the end. */
  finish(): Buffer {
    return this.#afterCr || this.#last !== LF ? Buffer.from("\r\n") : noBytes;
  }
}

/** The next place at or behind `from` with an octet that is not beyond CR; the end when there is none. */
function skipOrdinary(content: Uint8Array, from: number): number {
  let at = from;
  while ((content[at] ?? 0) > CR) at += 1;
  return at;
}
