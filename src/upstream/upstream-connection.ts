// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { ConnectionEnd, TlsFacts } from "../base/connection.ts";
import { failure, type UpstreamFailure } from "./failure.ts";
import type { HandshakeOptions, UpstreamTls } from "./tls.ts";

/** An upstream that takes none of our octets for so long is gone. */
const writeTimeoutMs = 120_000;
/** How long it may take to say its last words. */
const lingerMs = 3_000;

type End = Exclude<ConnectionEnd, "draining">;

/**
 * The connection to an upstream: what `base/connection.ts` says of reading and writing, with us as the client of TLS.
 * Nothing is read from the socket that nobody asked for, beyond its own small buffer (I9).
 */
export class UpstreamConnection {
  readonly peer: { readonly address: string; readonly port: number };
  #socket: Socket;
  #tls: TlsFacts | undefined;
  #certificate: X509Certificate | undefined;
  #end: End | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: ((more: boolean) => void) | undefined;
  #drained: Promise<boolean> | undefined;

  /** Owns the socket from here on. */
  constructor(socket: Socket, peer: { readonly address: string; readonly port: number }) {
    this.peer = peer;
    this.#socket = socket;
    this.#attach(socket);
  }

  /** Set once the connection is encrypted and the certificate was accepted. */
  get tls(): TlsFacts | undefined {
    return this.#tls;
  }

  get certificate(): X509Certificate | undefined {
    return this.#certificate;
  }

  /** The next octets, or why there are none. One call at a time. */
  async read(timeoutMs: number): Promise<Buffer | End> {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.#wakeReader?.();
    }, timeoutMs);
    try {
      for (;;) {
        const octets: unknown = this.#socket.read();
        if (Buffer.isBuffer(octets)) return octets;
        if (this.#end !== undefined) return this.#end;
        if (timedOut) return "timed-out";
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
        // Some servers write TLS records of 4 KiB, and each wakes us: those that came in one segment are taken together.
        await setImmediate();
      }
    } finally {
      clearTimeout(timer);
      this.#wakeReader = undefined;
    }
  }

  /** As `Connection.write`: `undefined` when more may be sent at once, else a promise; `false` when it is gone. */
  write(bytes: Uint8Array | string): Promise<boolean> | undefined {
    const socket = this.#socket;
    if (socket.destroyed || !socket.writable) return Promise.resolve(false);
    if (socket.write(bytes)) return undefined;
    // Several writes may wait for the same drain.
    if (this.#drained !== undefined) return this.#drained;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => this.destroy(), writeTimeoutMs);
    this.#wakeWriter = (more) => {
      clearTimeout(timer);
      this.#drained = undefined;
      resolve(more);
    };
    this.#drained = promise;
    return promise;
  }

  /** The handshake on this connection. `undefined`: done. Else the connection is gone. */
  async startTls(tls: UpstreamTls, options: HandshakeOptions): Promise<UpstreamFailure | undefined> {
    const plain = this.#socket;
    const { host } = options.target;
    // Response injection: octets behind the answer to STARTTLS would be taken for the encrypted conversation's.
    if (plain.readableLength > 0) {
      this.destroy();
      return failure("response-injection", `${host} sent plaintext behind its answer to STARTTLS`, host);
    }
    this.#detach(plain);
    const result = await tls.handshake(plain, options);
    if (result.kind === "failed") {
      this.#finish("lost");
      return result;
    }
    const { socket } = result;
    this.#certificate = result.certificate;
    this.#tls = { version: socket.getProtocol() ?? "unknown", cipher: socket.getCipher().standardName };
    this.#socket = socket;
    this.#attach(socket);
    return undefined;
  }

  /** Sends what is left and closes. */
  end(): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.destroy(), lingerMs);
      socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      this.#detach(socket);
      socket.resume();
      socket.end();
    });
  }

  /** Closes at once: without an end of data, a QUIT or anything else that the upstream could take for an end. */
  destroy(): void {
    this.#socket.destroy();
    this.#finish("lost");
  }

  #attach(socket: Socket): void {
    socket.on("readable", this.#onReadable);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onClose);
    socket.on("drain", this.#onDrain);
    // The reason of a broken connection is of no use to a session: `close` follows. Stays attached.
    socket.on("error", () => undefined);
  }

  #detach(socket: Socket): void {
    socket.off("readable", this.#onReadable);
    socket.off("end", this.#onEnd);
    socket.off("close", this.#onClose);
    socket.off("drain", this.#onDrain);
  }

  readonly #onReadable = (): void => this.#wakeReader?.();

  readonly #onEnd = (): void => this.#finish("ended");

  readonly #onClose = (): void => this.#finish("lost");

  readonly #onDrain = (): void => this.#answerWriter(true);

  #finish(end: End): void {
    this.#end ??= end;
    this.#wakeReader?.();
    if (this.#socket.destroyed) this.#answerWriter(false);
  }

  #answerWriter(more: boolean): void {
    const wake = this.#wakeWriter;
    this.#wakeWriter = undefined;
    wake?.(more);
  }
}
