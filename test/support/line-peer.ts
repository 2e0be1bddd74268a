// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

export interface PeerAddress {
  readonly port: number;
  readonly host?: string;
  /** TLS from the first octet. */
  readonly tls?: ConnectionOptions;
}

/** The client end of a line-based protocol: octets out, lines and octets in. Knows no protocol. */
export class LinePeer {
  #socket: Socket;
  #received: Buffer[] = [];
  #ended = false;
  #wake: (() => void) | undefined;
  #drained: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  static async connect(address: PeerAddress): Promise<LinePeer> {
    const to = { host: address.host ?? "127.0.0.1", port: address.port };
    const socket =
      address.tls === undefined ? connect(to) : connectTls({ servername: "localhost", ...to, ...address.tls });
    socket.setNoDelay(true);
    await once(socket, address.tls === undefined ? "connect" : "secureConnect");
    return new LinePeer(socket);
  }

  /** Sends octets and waits while the other side takes none (back-pressure). */
  async send(bytes: Uint8Array | string): Promise<void> {
    if (this.#ended || this.#socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  /** The next line without its CRLF. Throws when the connection ends first. */
  async line(): Promise<string> {
    for (;;) {
      const bytes = this.#take();
      const end = bytes.indexOf("\r\n");
      if (end >= 0) {
        this.#received = [bytes.subarray(end + 2)];
        return bytes.subarray(0, end).toString();
      }
      this.#received = [bytes];
      if (!(await this.#more())) throw new Error(`the connection ended after ${JSON.stringify(bytes.toString())}`);
    }
  }

  /** What has arrived, at least one octet; `undefined` at the end of the connection. */
  async chunk(): Promise<Buffer | undefined> {
    while (this.#received.every((each) => each.length === 0)) if (!(await this.#more())) return undefined;
    return this.#take();
  }

  /** Gives octets back that were taken by `chunk` but belong to what comes next. */
  giveBack(bytes: Buffer): void {
    this.#received.unshift(bytes);
  }

  /** Everything until the other side closes. */
  async rest(): Promise<Buffer> {
    while (await this.#more());
    return this.#take();
  }

  /** The client side of STARTTLS or STLS. Rejects when the handshake fails. */
  async startTls(options: ConnectionOptions): Promise<void> {
    for (const event of ["data", "drain", "close"]) this.#socket.removeAllListeners(event);
    const encrypted = connectTls({ servername: "localhost", ...options, socket: this.#socket });
    await once(encrypted, "secureConnect");
    this.#socket = encrypted;
    this.#listen();
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#wake?.();
    });
    this.#socket.on("drain", () => this.#drained?.());
    // The cause shows as an early end where it matters.
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => {
      this.#ended = true;
      this.#wake?.();
      this.#drained?.();
    });
  }

  #take(): Buffer {
    const [first = Buffer.alloc(0)] = this.#received;
    const bytes = this.#received.length === 1 ? first : Buffer.concat(this.#received);
    this.#received = [];
    return bytes;
  }

  /** Waits for octets; false when the connection has ended. */
  async #more(): Promise<boolean> {
    const before = this.#received.length;
    while (this.#received.length === before) {
      if (this.#ended) return false;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    return true;
  }
}
