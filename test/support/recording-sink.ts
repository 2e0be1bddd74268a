// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

export interface RecordedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: Buffer;
  readonly by: "DATA" | "BDAT";
}

/**
 * Takes any mail in clear and keeps it in memory: what a sending program really sent, seen without the gateway. Reads
 * the least that Postfix and Exim need. The end of data is CRLF "." CRLF alone.
 */
export class RecordingSink {
  readonly mails: RecordedMail[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => this.#sockets.delete(socket));
      socket.write("220 sink.test ESMTP\r\n");
      const session = new SinkSession((mail) => this.mails.push(mail));
      socket.on("data", (chunk: Buffer) => {
        const { replies, ends } = session.take(chunk);
        if (replies !== "") socket.write(replies);
        if (ends) socket.end();
      });
    });
  }

  static async start(): Promise<RecordingSink> {
    const sink = new RecordingSink();
    sink.#server.listen(0, "127.0.0.1");
    await once(sink.#server, "listening");
    return sink;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the sink does not listen");
    return address.port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

type Mode = "commands" | "data" | "chunk";

class SinkSession {
  readonly #keep: (mail: RecordedMail) => void;
  #mode: Mode = "commands";
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #chunkBytes = 0;
  #chunkIsLast = false;
  #from = "";
  #to: string[] = [];
  #content: Buffer[] = [];
  #ends = false;

  constructor(keep: (mail: RecordedMail) => void) {
    this.#keep = keep;
  }

  take(chunk: Buffer): { readonly replies: string; readonly ends: boolean } {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    let replies = "";
    for (;;) {
      const reply = this.#step();
      if (reply === undefined) return { replies, ends: this.#ends };
      replies += reply;
    }
  }

  #step(): string | undefined {
    // A big chunk is not looked at before it is whole: joining the pieces each time would take for ever.
    if (this.#mode === "chunk" && this.#pendingBytes < this.#chunkBytes) return undefined;
    const bytes = Buffer.concat(this.#pending);
    if (this.#mode === "data") return this.#data(bytes);
    if (this.#mode === "chunk") {
      this.#content.push(bytes.subarray(0, this.#chunkBytes));
      this.#setPending(bytes.subarray(this.#chunkBytes));
      this.#mode = "commands";
      if (this.#chunkIsLast) this.#finish("BDAT");
      return "250 2.0.0 taken\r\n";
    }
    const end = bytes.indexOf("\r\n");
    this.#setPending(end < 0 ? bytes : bytes.subarray(end + 2));
    return end < 0 ? undefined : this.#command(bytes.subarray(0, end).toString());
  }

  #data(bytes: Buffer): string | undefined {
    const end = bytes.indexOf("\r\n.\r\n");
    this.#setPending(end < 0 ? bytes : bytes.subarray(end + 5));
    if (end < 0) return undefined;
    // The content begins behind the CRLF that ended the DATA line, which was left in front of it.
    const text = bytes
      .subarray(0, end + 2)
      .toString("latin1")
      .replaceAll("\r\n.", "\r\n");
    this.#content = [Buffer.from(text.slice(2), "latin1")];
    this.#finish("DATA");
    this.#mode = "commands";
    return "250 2.0.0 taken\r\n";
  }

  #command(line: string): string {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "EHLO")
      return "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE\r\n250 CHUNKING\r\n";
    if (verb === "MAIL") this.#from = /<(.*?)>/.exec(line)?.[1] ?? "";
    if (verb === "RCPT") this.#to.push(/<(.*?)>/.exec(line)?.[1] ?? "");
    if (verb === "DATA") {
      this.#mode = "data";
      this.#setPending(Buffer.concat([Buffer.from("\r\n"), ...this.#pending]));
      return "354 go on\r\n";
    }
    if (verb === "BDAT") {
      this.#mode = "chunk";
      this.#chunkBytes = Number(line.split(" ")[1]);
      this.#chunkIsLast = /LAST$/i.test(line);
      return "";
    }
    if (verb === "RSET") this.#reset();
    this.#ends = verb === "QUIT";
    return this.#ends ? "221 bye\r\n" : "250 2.0.0 yes\r\n";
  }

  #finish(by: RecordedMail["by"]): void {
    this.#keep({ from: this.#from, to: this.#to, content: Buffer.concat(this.#content), by });
    this.#reset();
  }

  #reset(): void {
    this.#from = "";
    this.#to = [];
    this.#content = [];
  }

  #setPending(bytes: Buffer): void {
    this.#pending = [bytes];
    this.#pendingBytes = bytes.length;
  }
}
