// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { LinePeer, type PeerAddress } from "./line-peer.ts";

/** A scripted POP3 client (RFC 1939). Nothing from `src/`: it is the other side. */
export class Pop3Client {
  readonly peer: LinePeer;

  private constructor(peer: LinePeer) {
    this.peer = peer;
  }

  /** Connects and takes the greeting. */
  static async connect(address: PeerAddress): Promise<Pop3Client> {
    const client = new Pop3Client(await LinePeer.connect(address));
    await client.#ok("the greeting");
    return client;
  }

  async signIn(user: string, password: string): Promise<void> {
    await this.command(`USER ${user}`);
    await this.command(`PASS ${password}`, "PASS");
  }

  /** Sends a line and wants `+OK`; returns what stands behind it. */
  async command(line: string, shown = line): Promise<string> {
    await this.peer.send(`${line}\r\n`);
    return this.#ok(shown);
  }

  /** Sends a line; returns the whole status line, whatever it says. */
  async ask(line: string): Promise<string> {
    await this.peer.send(`${line}\r\n`);
    return this.peer.line();
  }

  /** Sends many lines at once (RFC 2449 §6.6); returns the status line of each. */
  async askPipelined(lines: readonly string[]): Promise<readonly string[]> {
    const sent = this.peer.send(lines.map((line) => `${line}\r\n`).join(""));
    const answers: string[] = [];
    while (answers.length < lines.length) answers.push(await this.peer.line());
    await sent;
    return answers;
  }

  async listing(line: string): Promise<readonly string[]> {
    await this.command(line);
    const lines: string[] = [];
    for (;;) {
      const next = await this.peer.line();
      if (next === ".") return lines;
      lines.push(next.startsWith(".") ? next.slice(1) : next);
    }
  }

  /** A message with transparency removed, as its octets count for LIST. */
  async retrieve(messageNumber: number): Promise<Buffer> {
    await this.command(`RETR ${messageNumber}`);
    return this.block();
  }

  /** Asks for many at once (RFC 2449 §6.6) and hands each out in order. */
  async *retrievePipelined(messageNumbers: readonly number[]): AsyncGenerator<Buffer> {
    // Sending is not awaited: the answers must be read meanwhile, or both sides wait for ever.
    const sent = this.peer.send(messageNumbers.map((number) => `RETR ${number}\r\n`).join(""));
    for (const number of messageNumbers) {
      await this.#ok(`RETR ${number}`);
      yield await this.block();
    }
    await sent;
  }

  /** The rest of a multi-line response: everything up to CRLF "." CRLF, unstuffed. */
  async block(): Promise<Buffer> {
    const collected: Buffer[] = [];
    await this.#eachPiece((piece) => collected.push(piece));
    return unstuff(Buffer.concat(collected));
  }

  /** Size and digest of what follows `marker` in the next multi-line response, for messages too large to hold. */
  async measureBlock(marker: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
    const hash = createHash("sha256");
    let bytes = 0;
    let before: Buffer | undefined = Buffer.alloc(0);
    const count = (piece: Buffer): void => {
      bytes += piece.length;
      hash.update(piece);
    };
    await this.#eachPiece((piece) => {
      if (before === undefined) return count(piece);
      before = Buffer.concat([before, piece]);
      const at = before.indexOf(marker);
      if (at < 0) return undefined;
      count(before.subarray(at + marker.length));
      before = undefined;
      return undefined;
    });
    return { bytes, sha256: hash.digest("hex") };
  }

  async quit(): Promise<string> {
    const text = await this.command("QUIT");
    await this.peer.rest();
    return text;
  }

  /** Hands out the octets of a block, the final CRLF of the content included, the dot and its CRLF not. */
  async #eachPiece(take: (piece: Buffer) => void): Promise<void> {
    // The last four octets are held back: the terminator may be cut anywhere. The response line's CRLF counts before it.
    let held: Buffer = Buffer.from("\r\n");
    let skip = 2;
    for (;;) {
      const chunk = await this.peer.chunk();
      if (chunk === undefined) throw new Error("the connection ended inside a multi-line response");
      const bytes = Buffer.concat([held, chunk]);
      const end = bytes.indexOf("\r\n.\r\n");
      const upTo = end >= 0 ? end + 2 : Math.max(skip, bytes.length - 4);
      if (upTo > skip) take(bytes.subarray(skip, upTo));
      if (end >= 0) {
        this.peer.giveBack(bytes.subarray(end + 5));
        return;
      }
      held = upTo > skip ? bytes.subarray(upTo) : bytes;
      if (upTo > skip) skip = 0;
    }
  }

  async #ok(what: string): Promise<string> {
    const line = await this.peer.line();
    if (line === "+OK" || line.startsWith("+OK ")) return line.slice(4);
    throw new Error(`${what}: wanted +OK, got ${line}`);
  }
}

/** Removes the dot that was added to lines beginning with one (RFC 1939 §3). */
function unstuff(block: Buffer): Buffer {
  const text = block.toString("latin1");
  return Buffer.from((text.startsWith(".") ? text.slice(1) : text).replaceAll("\r\n.", "\r\n"), "latin1");
}
