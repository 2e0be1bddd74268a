// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../base/connection.ts";
import { limits } from "../base/limits.ts";
import { ResponseWriter } from "../base/response-writer.ts";
import type { HeldOctets } from "./held-octets.ts";

interface Piece {
  readonly octets: Buffer;
  /** Nobody else has its memory. */
  readonly own: boolean;
}

/** The end of a message that the client must not see before the record is durable (I3). */
interface Withheld {
  /** `false`: there is no record, and the session is over. */
  readonly durable: Promise<boolean>;
  readonly end: Buffer;
}

/** What an end that is withheld counts for, so that a thousand tiny messages are not held either. */
const withheldBytes = 4 * 1024;

/**
 * What goes to the client of a POP3 proxy session. While the end of one message waits for its record, the next ones are
 * taken from the upstream and held behind it, in bounds: so several records share a sync, and the order stays.
 */
export class ClientOutput {
  readonly #writer: ResponseWriter;
  readonly #memory: HeldOctets;
  #queue: (Piece | Withheld)[] = [];
  #heldBytes = 0;
  /** Runs as long as something is withheld; only then is there a queue, and only it writes then. */
  #carrying: Promise<void> | undefined;
  #isWriting = false;
  #isCut = false;
  #wake: (() => void) | undefined;

  constructor(client: Connection, memory: HeldOctets) {
    this.#writer = new ResponseWriter(client);
    this.#memory = memory;
  }

  /** The client took no more. */
  get lost(): boolean {
    return this.#writer.lost;
  }

  /** Adds a response; ASCII. */
  say(text: string): void {
    this.add(Buffer.from(text, "latin1"));
  }

  /** Adds octets. They must not change any more. */
  add(octets: Buffer): void {
    this.#put({ octets, own: false });
  }

  /** As `add`, for octets whose memory nobody else has: it goes back when they are sent. */
  addOwn(octets: Buffer): void {
    this.#put({ octets, own: true });
  }

  /** Adds `end`, which goes out once `durable` says yes. What is added later stays behind it; after a no nothing goes out. */
  withhold(durable: Promise<boolean>, end: Buffer): void {
    this.#queue.push({ durable, end });
    this.#hold(withheldBytes);
    this.#carrying ??= this.#carry();
  }

  /** As `flush`, when much was gathered. */
  settle(): Promise<void> | undefined {
    return this.#carrying === undefined ? this.#writer.settle() : this.#eased();
  }

  /** Sends what may go out. A promise: wait for it before adding more (I9). */
  flush(): Promise<void> | undefined {
    return this.#carrying === undefined ? this.#writer.flush() : this.#eased();
  }

  /** Resolves when everything that may ever go out is sent. */
  async drained(): Promise<void> {
    await this.#carrying;
    await this.#writer.flush();
  }

  #put(piece: Piece): void {
    if (this.#isCut) return;
    if (this.#carrying === undefined) this.#write(piece);
    else {
      this.#queue.push(piece);
      this.#hold(piece.octets.length);
    }
  }

  #write({ octets, own }: Piece): void {
    if (own) this.#writer.addOwn(octets);
    else this.#writer.add(octets);
  }

  async #carry(): Promise<void> {
    while (!this.#isCut) {
      const next = this.#queue.shift();
      if (next === undefined) {
        await this.#sending(this.#writer.flush());
        if (this.#queue.length === 0) break;
      } else if ("durable" in next) {
        // The client has the message but for its end.
        await this.#sending(this.#writer.flush());
        this.#isCut = !(await next.durable);
        this.#letGo(withheldBytes);
        if (!this.#isCut) this.#writer.add(next.end);
      } else {
        this.#letGo(next.octets.length);
        this.#write(next);
        await this.#sending(this.#writer.settle());
      }
    }
    this.#queue = [];
    this.#letGo(this.#heldBytes);
    this.#carrying = undefined;
    this.#ease();
  }

  async #sending(taken: Promise<void> | undefined): Promise<void> {
    if (taken === undefined) return;
    this.#isWriting = true;
    await taken;
    this.#isWriting = false;
    this.#ease();
  }

  /** While the client is slow nothing is held; while a record is, so much. */
  get #mustWait(): boolean {
    const room = this.#memory.isFull ? 0 : limits.proxyHeldBytes;
    return this.#carrying !== undefined && (this.#isWriting || this.#heldBytes > room);
  }

  async #eased(): Promise<void> {
    while (this.#mustWait)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  #ease(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#memory.take(bytes);
  }

  #letGo(bytes: number): void {
    this.#heldBytes -= bytes;
    this.#memory.giveBack(bytes);
    this.#ease();
  }
}
