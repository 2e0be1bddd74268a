// SPDX-License-Identifier: Apache-2.0
import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import type { Connection, ConnectionEnd, TlsFacts } from "../base/connection.ts";

/** Octets kept for a session that is not reading; beyond this the socket is paused (I9). */
const readAheadBytes = 256 * 1024;
/** A peer that takes none of our octets for so long is gone. */
const writeTimeoutMs = 120_000;
/** How long a closed conversation may take to say its last words. */
const lingerMs = 3_000;

export interface TcpConnectionOptions {
  readonly id: string;
  /** Asked at each handshake, so that a renewed certificate is used from the next connection on. */
  readonly secureContext: () => SecureContext;
  readonly handshakeTimeoutMs: number;
}

/** A `Connection` over a TCP socket, in clear or encrypted. Owns the socket. */
export class TcpConnection implements Connection {
  readonly id: string;
  readonly peer: { readonly address: string; readonly port: number };
  readonly local: { readonly address: string; readonly port: number };
  readonly #options: TcpConnectionOptions;
  #socket: Socket;
  #tls: TlsFacts | undefined;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #end: ConnectionEnd | undefined;
  #drainWanted = false;
  #reader: ((result: Buffer | ConnectionEnd) => void) | undefined;
  #writer: ((more: boolean) => void) | undefined;
  #writeTimer: NodeJS.Timeout | undefined;
  #timeoutMs = 0;
  #keepsPlace = false;
  #heardMs = performance.now();

  constructor(socket: Socket, options: TcpConnectionOptions) {
    this.id = options.id;
    this.peer = { address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 };
    this.local = { address: plainAddress(socket.localAddress), port: socket.localPort ?? 0 };
    this.#options = options;
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#attach(socket);
  }

  get tls(): TlsFacts | undefined {
    return this.#tls;
  }

  read(timeoutMs: number): Promise<Buffer | ConnectionEnd> {
    const first = this.#received.shift();
    if (first !== undefined) {
      this.#receivedBytes -= first.length;
      if (this.#receivedBytes < readAheadBytes) this.#socket.resume();
      return Promise.resolve(first);
    }
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    if (this.#drainWanted) {
      this.#drainWanted = false;
      return Promise.resolve("draining");
    }
    if (timeoutMs !== this.#timeoutMs) {
      this.#timeoutMs = timeoutMs;
      this.#socket.setTimeout(timeoutMs);
    }
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#socket.resume();
    });
  }

  write(bytes: Uint8Array | string, taken?: () => void): Promise<boolean> | undefined {
    const socket = this.#socket;
    if (socket.destroyed || !socket.writable) return Promise.resolve(false);
    if (socket.write(bytes, taken)) return undefined;
    return new Promise((resolve) => {
      this.#writer = resolve;
      this.#writeTimer = setTimeout(() => this.destroy(), writeTimeoutMs);
    });
  }

  async startTls(): Promise<boolean> {
    const plain = this.#socket;
    plain.pause();
    // RFC 3207 §4.2: nothing that came in clear may be used in the encrypted session. Octets behind STARTTLS are an attack.
    if (this.#received.length > 0 || plain.readableLength > 0 || this.#end !== undefined) {
      this.destroy();
      return false;
    }
    this.#detach(plain);
    plain.setTimeout(0);
    this.#timeoutMs = 0;
    const encrypted = new TLSSocket(plain, { isServer: true, secureContext: this.#options.secureContext() });
    this.#socket = encrypted;
    const done = await handshake(encrypted, this.#options.handshakeTimeoutMs);
    if (!done) {
      this.#lose("lost");
      return false;
    }
    this.#tls = { version: encrypted.getProtocol() ?? "unknown", cipher: encrypted.getCipher().standardName };
    this.#attach(encrypted);
    return true;
  }

  keepPlace(): void {
    this.#keepsPlace = true;
  }

  /** When the peer was last heard, by the monotonic clock; `undefined`: it need not give way. */
  get silentSinceMs(): number | undefined {
    return this.#keepsPlace || this.#socket.destroyed ? undefined : this.#heardMs;
  }

  /** Closes at once with a last word, where one can be said. */
  giveWay(text: string): void {
    const handshaking = this.#socket instanceof TLSSocket && this.#tls === undefined;
    if (!handshaking && this.#socket.writable) this.#socket.write(text);
    this.destroy();
  }

  end(): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.destroy(), lingerMs);
      socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      // What the peer still sends is read and dropped: a reset would take our last reply with it.
      this.#received = [];
      this.#end = "ended";
      socket.resume();
      socket.end();
    });
  }

  destroy(): void {
    this.#socket.destroy();
    this.#lose("lost");
  }

  /** Lets the session end between transactions: its next read that finds nothing gives `draining`, once. */
  drain(): void {
    if (this.#reader === undefined) this.#drainWanted = true;
    else this.#answerReader("draining");
  }

  #attach(socket: Socket): void {
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onClose);
    socket.on("error", this.#onError);
    socket.on("timeout", this.#onTimeout);
    socket.on("drain", this.#onDrain);
  }

  #detach(socket: Socket): void {
    socket.off("data", this.#onData);
    socket.off("end", this.#onEnd);
    socket.off("close", this.#onClose);
    socket.off("timeout", this.#onTimeout);
    socket.off("drain", this.#onDrain);
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#heardMs = performance.now();
    if (this.#reader !== undefined) {
      this.#answerReader(bytes);
      return;
    }
    if (this.#end !== undefined) return;
    this.#received.push(bytes);
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes >= readAheadBytes) this.#socket.pause();
  };

  readonly #onEnd = (): void => this.#lose("ended");

  readonly #onClose = (): void => this.#lose("lost");

  /** The reason of a broken connection is of no use to a session: `close` follows. */
  readonly #onError = (): void => undefined;

  readonly #onTimeout = (): void => {
    if (this.#reader !== undefined) this.#answerReader("timed-out");
  };

  readonly #onDrain = (): void => this.#answerWriter(true);

  #lose(end: ConnectionEnd): void {
    this.#end ??= end;
    if (this.#reader !== undefined) this.#answerReader(this.#end);
    if (this.#socket.destroyed) this.#answerWriter(false);
  }

  #answerReader(result: Buffer | ConnectionEnd): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.(result);
  }

  #answerWriter(more: boolean): void {
    clearTimeout(this.#writeTimer);
    const writer = this.#writer;
    this.#writer = undefined;
    writer?.(more);
  }
}

/** Nothing of where it is used: what listens for as long as the connection lives would keep that. */
function ignoreError(): void {}

/** Waits for the server side of a handshake. `false`: failed, too slow or given up by the peer; the socket is destroyed. */
function handshake(socket: TLSSocket, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(false), timeoutMs);
    const fail = (): void => settle(false);
    const succeed = (): void => settle(true);
    function settle(done: boolean): void {
      clearTimeout(timer);
      socket.off("secure", succeed);
      socket.off("close", fail);
      socket.off("error", fail);
      // A late error of a destroyed socket must not reach the process.
      socket.on("error", ignoreError);
      if (!done) socket.destroy();
      resolve(done);
    }
    socket.once("secure", succeed);
    socket.once("close", fail);
    socket.once("error", fail);
  });
}

/** IPv4 addresses arrive on dual-stack sockets as `::ffff:1.2.3.4` (RFC 4291 §2.5.5.2); everybody means `1.2.3.4`. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return "unknown";
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
