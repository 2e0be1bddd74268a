// SPDX-License-Identifier: Apache-2.0
import type { Connection, ConnectionEnd, TlsFacts } from "../../src/base/connection.ts";

/** The client's end of a connection without a socket, for talking with a session step by step. Octets are latin1. */
export class ClientPipe {
  readonly connection: Connection;
  /** Everything that the session said. */
  heard = "";
  #unread = "";
  #said: Buffer[] = [];
  #end: ConnectionEnd | undefined;
  #closed = false;
  #wakeReader: (() => void) | undefined;
  #wakeClient: (() => void) | undefined;

  constructor({ encrypted }: { readonly encrypted: boolean }) {
    const tls: TlsFacts | undefined = encrypted ? { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" } : undefined;
    this.connection = {
      id: "1",
      peer: { address: "198.51.100.7", port: 50_000 },
      local: { address: "192.0.2.25", port: 465 },
      tls,
      read: (timeoutMs) => this.#read(timeoutMs),
      write: (bytes) => {
        const text =
          typeof bytes === "string" ? Buffer.from(bytes).toString("latin1") : Buffer.from(bytes).toString("latin1");
        this.heard += text;
        this.#unread += text;
        this.#wakeClient?.();
        return undefined;
      },
      keepPlace: () => undefined,
      startTls: async () => false,
      end: async () => this.#close(),
      destroy: () => this.#close(),
    };
  }

  say(text: string): void {
    this.#said.push(Buffer.from(text, "latin1"));
    this.#wakeReader?.();
  }

  /** The next whole reply, its lines joined by `\n`; "" when the session has closed. */
  async reply(): Promise<string> {
    for (;;) {
      const [whole] = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?\r\n/.exec(this.#unread) ?? [];
      if (whole !== undefined) {
        this.#unread = this.#unread.slice(whole.length);
        return whole.trimEnd().replaceAll("\r\n", "\n");
      }
      if (this.#closed) return "";
      await new Promise<void>((resolve) => {
        this.#wakeClient = resolve;
      });
    }
  }

  /** Says a line and gives the reply to it. */
  ask(line: string): Promise<string> {
    this.say(`${line}\r\n`);
    return this.reply();
  }

  /** Goes away, or does what a gateway that stops does to a session. */
  finish(end: ConnectionEnd = "ended"): void {
    this.#end = end;
    this.#wakeReader?.();
  }

  async #read(timeoutMs: number): Promise<Buffer | ConnectionEnd> {
    for (;;) {
      const next = this.#said.shift();
      if (next !== undefined) return next;
      if (this.#end !== undefined) {
        const end = this.#end;
        if (end === "draining" || end === "timed-out") this.#end = undefined;
        return end;
      }
      if (this.#closed || timeoutMs <= 0) return "lost";
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  #close(): void {
    this.#closed = true;
    this.#wakeReader?.();
    this.#wakeClient?.();
  }
}
