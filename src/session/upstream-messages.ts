// SPDX-License-Identifier: Apache-2.0
import { LineSplitter } from "../protocol/wire/line-splitter.ts";

/** RFC 1939 §7: a unique-id has at most 70 octets; a listing line has the number and CRLF as well. */
const maxListingLineBytes = 128;
/** Unique-ids remembered; the newest messages stand last in a listing, and those are the ones that are fetched. */
const maxUniqueIds = 2_000;

/** What a session knows of the unique-ids at its upstream, learnt from the client's listings and our own questions. */
export class UniqueIds {
  readonly #known = new Map<number, string>();
  #listing = new LineSplitter(maxListingLineBytes);

  get(message: number): string | undefined {
    return this.#known.get(message);
  }

  /** Takes `n unique-id`, from a listing or from the response to UIDL with a number. Anything else is no unique-id. */
  learn(text: string): void {
    // RFC 1939 §7: octets from 0x21 to 0x7E. Some servers write blanks behind it.
    const [, number, uniqueId] = /^([1-9]\d{0,9}) +([\x21-\x7e]{1,70}) *$/.exec(text) ?? [];
    if (number === undefined || uniqueId === undefined) return;
    this.#known.delete(Number(number));
    this.#known.set(Number(number), uniqueId);
    if (this.#known.size <= maxUniqueIds) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }

  startListing(): void {
    this.#listing = new LineSplitter(maxListingLineBytes);
  }

  /** A piece of a multi-line listing, transparency taken out. */
  learnListing(content: Buffer): void {
    this.#listing.push(content);
    for (let next = this.#listing.next(); next.kind !== "more"; next = this.#listing.next())
      if (next.kind === "line") this.learn(next.line.toString("latin1"));
  }
}

const pageNumbers = 4096;
/** A million messages from 1 on; of more, the last ones asked about are remembered. */
const maxPages = 256;

/** A set of message-numbers, as bits, bounded whatever numbers an upstream has. */
export class MessageNumbers {
  readonly #pages = new Map<number, Uint8Array>();

  has(message: number): boolean {
    const bits = this.#pages.get(Math.floor(message / pageNumbers));
    return bits !== undefined && ((bits[(message % pageNumbers) >> 3] ?? 0) & (1 << (message & 7))) !== 0;
  }

  add(message: number): void {
    const page = Math.floor(message / pageNumbers);
    const bits = this.#pages.get(page) ?? new Uint8Array(pageNumbers / 8);
    const at = (message % pageNumbers) >> 3;
    bits[at] = (bits[at] ?? 0) | (1 << (message & 7));
    this.#pages.delete(page);
    this.#pages.set(page, bits);
    if (this.#pages.size <= maxPages) return;
    for (const oldest of this.#pages.keys()) {
      this.#pages.delete(oldest);
      return;
    }
  }
}
