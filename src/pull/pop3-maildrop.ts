// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../base/connection.ts";
import type { Marks } from "../protocol/pop3/server/marks.ts";
import { positive } from "../protocol/pop3/response.ts";
import { DotStuffer } from "../protocol/wire/dot-transparency.ts";
import type { Identity } from "../seal/identity.ts";
import type { Maildrop, SealedSource } from "../store/contract.ts";
import { messageOctets } from "./message-stream.ts";
import { TopFilter } from "./top-filter.ts";

/** Lines of a listing that are written at once. */
const listingBlock = 2000;
/** Octets that are gathered into one write. */
const writeBytes = 256 * 1024;
/** Messages up to this size are opened ahead while the one before is being sent. */
const aheadBytes = 1024 * 1024;

/** What came of sending a message. `broken`: it proved damaged when octets of it were out already. */
export type Sent = "sent" | "connection-lost" | "broken";

/** A maildrop with the identity that opens it, for one pull session. */
export class OpenMaildrop {
  readonly maildrop: Maildrop;
  readonly #identity: Identity;
  readonly #connection: Connection;
  #ahead: { readonly index: number; readonly octets: Promise<readonly Buffer[]> } | undefined;

  constructor(maildrop: Maildrop, identity: Identity, connection: Connection) {
    this.maildrop = maildrop;
    this.#identity = identity;
    this.#connection = connection;
  }

  /** Scan or unique-id listing (RFC 1939 §5, §7) in blocks, so that a million lines need no memory. */
  async sendListing(listing: "scan" | "unique-id", marks: Marks): Promise<boolean> {
    const { maildrop } = this;
    let text = positive(`${maildrop.count - marks.count} messages`);
    for (let index = 0, lines = 0; index < maildrop.count; index++) {
      if (marks.has(index)) continue;
      text += `${index + 1} ${listing === "scan" ? maildrop.pop3Bytes(index) : maildrop.uniqueId(index)}\r\n`;
      if (++lines % listingBlock !== 0) continue;
      if ((await this.#connection.write(text)) === false) return false;
      text = "";
    }
    return (await this.#connection.write(`${text}.\r\n`)) !== false;
  }

  /**
   * RETR and TOP. Throws when the message cannot be opened and nothing of it went out. After `broken` the connection must
   * be closed without the final dot, which is how POP3 says that a message is not whole.
   */
  async sendMessage(index: number, lines: number | undefined): Promise<Sent> {
    const octets = await this.#open(index);
    if (lines === undefined) this.#openAhead(index + 1);
    const out = new StuffedOutput(this.#connection, positive(`${this.maildrop.pop3Bytes(index)} octets`));
    const top = lines === undefined ? undefined : new TopFilter(lines);
    try {
      for await (const piece of octets) {
        if (!(await out.write(top === undefined ? piece : top.pass(piece)))) return "connection-lost";
        if (top?.done === true) break;
      }
    } catch (error) {
      if (out.begun) return "broken";
      throw error;
    }
    return (await out.finish()) ? "sent" : "connection-lost";
  }

  /** The maildrop is free for others, the identity gone. */
  release(): void {
    this.#ahead?.octets.catch(() => undefined);
    this.#ahead = undefined;
    this.maildrop.release();
    this.#identity.wipe();
  }

  async #open(index: number): Promise<AsyncIterable<Buffer> | readonly Buffer[]> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead?.index === index) return ahead.octets;
    ahead?.octets.catch(() => undefined);
    const source = await this.maildrop.open(index);
    if (source.message.sealedBytes <= aheadBytes) return this.#readWhole(source);
    return closing(source, primed(await firstOf(messageOctets(source, this.#identity))));
  }

  #openAhead(index: number): void {
    if (index >= this.maildrop.count || this.maildrop.pop3Bytes(index) > aheadBytes) return;
    const octets = this.maildrop.open(index).then((source) => this.#readWhole(source));
    // Whoever asks for it gets the error; nobody may ask.
    octets.catch(() => undefined);
    this.#ahead = { index, octets };
  }

  async #readWhole(source: SealedSource): Promise<readonly Buffer[]> {
    try {
      return await Array.fromAsync(messageOctets(source, this.#identity));
    } finally {
      source.close();
    }
  }
}

interface Primed {
  readonly first: IteratorResult<Buffer>;
  readonly rest: AsyncGenerator<Buffer>;
}

/** Takes the first piece, so that a message that cannot be opened is known before anything is sent. */
async function firstOf(octets: AsyncGenerator<Buffer>): Promise<Primed> {
  return { first: await octets.next(), rest: octets };
}

async function* primed({ first, rest }: Primed): AsyncGenerator<Buffer> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

async function* closing(source: SealedSource, octets: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* octets;
  } finally {
    source.close();
  }
}

/** Dot-stuffs and gathers into large writes; waits when the peer does not read (I9). */
class StuffedOutput {
  readonly #connection: Connection;
  readonly #stuffer = new DotStuffer();
  #pieces: Buffer[];
  #bytes: number;
  #begun = false;

  constructor(connection: Connection, statusLine: string) {
    this.#connection = connection;
    this.#pieces = [Buffer.from(statusLine)];
    this.#bytes = statusLine.length;
  }

  /** Octets went out. */
  get begun(): boolean {
    return this.#begun;
  }

  async write(octets: Buffer): Promise<boolean> {
    for (const piece of this.#stuffer.update(octets)) {
      this.#pieces.push(piece);
      this.#bytes += piece.length;
    }
    return this.#bytes < writeBytes || this.#flush();
  }

  finish(): Promise<boolean> {
    this.#pieces.push(this.#stuffer.finish());
    return this.#flush();
  }

  async #flush(): Promise<boolean> {
    const octets = Buffer.concat(this.#pieces);
    this.#begun = true;
    this.#pieces = [];
    this.#bytes = 0;
    return (await this.#connection.write(octets)) !== false;
  }
}
