// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from "node:timers/promises";
import type { ResponseWriter } from "../base/response-writer.ts";
import { positive } from "../protocol/pop3/response.ts";
import type { Listing, MaildropView } from "../protocol/pop3/server/machine-types.ts";
import type { Marks } from "../protocol/pop3/server/marks.ts";
import { DotStuffer } from "../protocol/wire/dot-transparency.ts";
import type { Identity } from "../seal/contract.ts";
import type { Maildrop } from "../store/contract.ts";
import { openInPieces, type PieceReading, readWhole } from "./message-stream.ts";
import type { MessageOpening } from "./opening.ts";
import { ReadAhead } from "./read-ahead.ts";
import { TopFilter } from "./top-filter.ts";
import { wholeResponse } from "./whole-response.ts";

/** Lines of a listing that are made at once: less than a millisecond. */
const listingLines = 2000;
/** Sizes that are added up at once. */
const sizesAtOnce = 50_000;
/** Messages up to this size are opened as a whole, so that damage is known before anything is sent. */
const wholeBytes = 1024 * 1024;
const largeReading: PieceReading = { bytes: 256 * 1024, ahead: true };
/** For TOP: header section and first lines nearly always lie in the first chunk of 64 KiB. */
const topReading: PieceReading = { bytes: 68 * 1024, ahead: false };

/** What came of sending a message. `broken`: an error when octets of it were out already. */
export type Sent =
  | { readonly outcome: "sent" }
  | { readonly outcome: "lost" }
  | { readonly outcome: "broken"; readonly error: unknown };

/** A maildrop with the identity that opens it, for one pull session. */
export class OpenMaildrop {
  readonly maildrop: Maildrop;
  readonly #identity: Identity;
  readonly #opening: MessageOpening | undefined;
  readonly #writer: ResponseWriter;
  readonly #ahead: ReadAhead;

  /** Without `opening` messages are opened in this thread. */
  constructor(
    maildrop: Maildrop,
    identity: Identity,
    { writer, opening }: { readonly writer: ResponseWriter; readonly opening: MessageOpening | undefined },
  ) {
    this.maildrop = maildrop;
    this.#identity = identity;
    this.#opening = opening;
    this.#writer = writer;
    this.#ahead = new ReadAhead({
      count: maildrop.count,
      sizeOf: (index) => maildrop.pop3Bytes(index),
      open: (index) => this.#openWhole(index),
    });
  }

  /** What the conversation needs to know. The sum over a million sizes is made in steps that let others go on. */
  async view(): Promise<MaildropView> {
    const { maildrop } = this;
    let totalBytes = 0;
    for (let index = 0; index < maildrop.count; index++) {
      totalBytes += maildrop.pop3Bytes(index);
      if (index % sizesAtOnce === sizesAtOnce - 1) await setImmediate();
    }
    return {
      count: maildrop.count,
      totalBytes,
      pop3Bytes: (index) => maildrop.pop3Bytes(index),
      uniqueId: (index) => maildrop.uniqueId(index),
    };
  }

  /** Scan or unique-id listing (RFC 1939 §5, §7) in blocks, so that a million lines need no memory. */
  async sendListing(listing: Listing, marks: Marks): Promise<void> {
    const { maildrop } = this;
    const writer = this.#writer;
    writer.say(positive(`${maildrop.count - marks.count} messages`));
    const valueOf = listing === "scan" ? maildrop.pop3Bytes.bind(maildrop) : maildrop.uniqueId.bind(maildrop);
    for (let from = 0; from < maildrop.count && !writer.lost; from += listingLines) {
      const to = Math.min(from + listingLines, maildrop.count);
      let text = "";
      for (let index = from; index < to; index++) if (!marks.has(index)) text += `${index + 1} ${valueOf(index)}\r\n`;
      writer.say(text);
      await writer.settle();
    }
    writer.say(".\r\n");
  }

  /**
   * RETR and TOP. Throws when the message cannot be opened and nothing of it went out. After `broken` the connection must
   * be closed without the final dot, which is how POP3 says that a message is not whole.
   */
  async sendMessage(index: number, lines: number | undefined): Promise<Sent> {
    const size = this.maildrop.pop3Bytes(index);
    if (lines !== undefined) {
      const pieces = await this.#openPieces(index, topReading);
      return this.#sendPieces(pieces, { status: "Top of message follows", top: new TopFilter(lines) });
    }
    if (size > wholeBytes)
      return this.#sendPieces(await this.#openPieces(index, largeReading), { status: statusOf(size) });
    const opened = this.#ahead.take(index);
    this.#ahead.goAhead();
    const writer = this.#writer;
    writer.addOwn(await opened);
    await writer.settle();
    return { outcome: writer.lost ? "lost" : "sent" };
  }

  /** The maildrop is free for others, the identity gone. Idempotent. */
  release(): void {
    this.#ahead.clear();
    this.#opening?.end();
    this.maildrop.release();
    this.#identity.wipe();
  }

  async #openPieces(index: number, reading: PieceReading): Promise<AsyncGenerator<Buffer, void, undefined>> {
    return openInPieces(await this.maildrop.open(index), this.#identity, reading);
  }

  /** The response to RETR for a message that is small enough. */
  async #openWhole(index: number): Promise<Buffer> {
    const source = await this.maildrop.open(index);
    const { message } = source;
    const status = statusOf(this.maildrop.pop3Bytes(index));
    const sealed = await readWhole(source);
    return this.#opening === undefined
      ? wholeResponse(this.#identity, { message, sealed, status })
      : this.#opening.response(message, sealed, status);
  }

  async #sendPieces(
    pieces: AsyncGenerator<Buffer, void, undefined>,
    { status, top }: { readonly status: string; readonly top?: TopFilter },
  ): Promise<Sent> {
    const writer = this.#writer;
    const stuffer = new DotStuffer();
    let begun = false;
    try {
      for await (const piece of pieces) {
        if (!begun) writer.say(positive(status));
        begun = true;
        for (const octets of stuffer.update(top?.pass(piece) ?? piece)) writer.add(octets);
        await writer.settle();
        if (writer.lost) return { outcome: "lost" };
        if (top?.done === true) break;
      }
    } catch (error) {
      if (begun) return { outcome: "broken", error };
      throw error;
    }
    writer.add(stuffer.finish());
    await writer.settle();
    return { outcome: writer.lost ? "lost" : "sent" };
  }
}

/** What follows `+OK` in the response to RETR. */
function statusOf(pop3Bytes: number): string {
  return `${pop3Bytes} octets`;
}
