// SPDX-License-Identifier: Apache-2.0
import type { ConnectionOptions } from "node:tls";
import { LinePeer, type PeerAddress } from "./line-peer.ts";

export interface SmtpReply {
  readonly code: number;
  readonly text: string;
}

/** The content of a message: whole, or in pieces when it is too large to hold. */
export type Content = Buffer | Iterable<Buffer>;

export interface Transaction {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: Content;
  /** Send by BDAT in chunks of these sizes in turn (RFC 3030); by DATA when absent. */
  readonly chunkBytes?: readonly number[];
  /** Cut what is sent by DATA into writes of these sizes in turn. */
  readonly segmentBytes?: readonly number[];
}

/** A scripted SMTP client that sends exactly what it is told to. Nothing from `src/`: it is the other side. */
export class SmtpClient {
  readonly peer: LinePeer;

  private constructor(peer: LinePeer) {
    this.peer = peer;
  }

  /** Connects and takes the greeting. */
  static async connect(address: PeerAddress): Promise<SmtpClient> {
    const client = new SmtpClient(await LinePeer.connect(address));
    await client.expect(220);
    return client;
  }

  /** Connects, says EHLO, and with `tls` upgrades by STARTTLS and says EHLO again. */
  static async open(address: { readonly port: number; readonly startTls?: ConnectionOptions }): Promise<SmtpClient> {
    const client = await SmtpClient.connect({ port: address.port });
    await client.command("EHLO client.test", 250);
    if (address.startTls !== undefined) {
      await client.command("STARTTLS", 220);
      await client.peer.startTls(address.startTls);
      await client.command("EHLO client.test", 250);
    }
    return client;
  }

  async reply(): Promise<SmtpReply> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.peer.line();
      lines.push(line.slice(4));
      if (line[3] !== "-") return { code: Number(line.slice(0, 3)), text: lines.join("\n") };
    }
  }

  async expect(...codes: readonly number[]): Promise<SmtpReply> {
    const reply = await this.reply();
    if (!codes.includes(reply.code)) throw new Error(`wanted ${codes.join(" or ")}, got ${reply.code} ${reply.text}`);
    return reply;
  }

  /** Sends a line; with codes, throws unless the reply has one of them. */
  async command(line: string, ...codes: readonly number[]): Promise<SmtpReply> {
    await this.peer.send(`${line}\r\n`);
    return codes.length === 0 ? this.reply() : this.expect(...codes);
  }

  /** A whole mail transaction; returns the reply to the content. */
  async deliver(transaction: Transaction): Promise<SmtpReply> {
    await this.command(`MAIL FROM:<${transaction.from}>`, 250);
    for (const recipient of transaction.to) await this.command(`RCPT TO:<${recipient}>`, 250);
    if (transaction.chunkBytes !== undefined) return this.bdat(transaction.content, transaction.chunkBytes);
    await this.command("DATA", 354);
    return this.data(transaction.content, transaction.segmentBytes);
  }

  /** The content after `354`, with transparency (RFC 5321 §4.5.2) and end of data. */
  async data(content: Content, segmentBytes?: readonly number[]): Promise<SmtpReply> {
    const stuffer = new DotStuffer();
    for (const piece of pieces(content)) await this.#sendCut(stuffer.update(piece), segmentBytes);
    await this.#sendCut(stuffer.finish(), segmentBytes);
    return this.reply();
  }

  /** The content by BDAT; the last chunk is `BDAT 0 LAST` when the sizes come out even, as Exchange does it. */
  async bdat(content: Content, chunkBytes: readonly number[]): Promise<SmtpReply> {
    for (const chunk of cut(content, chunkBytes)) {
      await this.peer.send(`BDAT ${chunk.length}\r\n`);
      await this.peer.send(chunk);
      const reply = await this.reply();
      if (reply.code !== 250) return reply;
    }
    return this.command("BDAT 0 LAST");
  }

  async quit(): Promise<void> {
    await this.command("QUIT", 221);
    await this.peer.rest();
  }

  async #sendCut(bytes: Buffer, segmentBytes: readonly number[] | undefined): Promise<void> {
    if (segmentBytes === undefined) await this.peer.send(bytes);
    else for (const segment of cut(bytes, segmentBytes)) await this.peer.send(segment);
  }
}

function pieces(content: Content): Iterable<Buffer> {
  return Buffer.isBuffer(content) ? [content] : content;
}

/** The same octets in pieces of the given sizes, taken in turn. */
export function* cut(content: Content, sizes: readonly number[]): Generator<Buffer> {
  let turn = 0;
  for (const piece of pieces(content)) {
    let at = 0;
    while (at < piece.length) {
      const size = sizes[turn++ % sizes.length] ?? piece.length;
      yield piece.subarray(at, at + size);
      at += size;
    }
  }
}

/** Adds a dot where a line, by CRLF alone, begins with one; ends with CRLF "." CRLF. */
export class DotStuffer {
  #last = "\r\n";

  update(piece: Buffer): Buffer {
    const before = this.#last;
    const text = before + piece.toString("latin1");
    this.#last = text.slice(-2);
    return Buffer.from(text.replaceAll("\r\n.", "\r\n..").slice(before.length), "latin1");
  }

  finish(): Buffer {
    return Buffer.from(this.#last === "\r\n" ? ".\r\n" : "\r\n.\r\n");
  }
}
