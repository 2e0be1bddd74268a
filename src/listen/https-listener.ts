// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import { describeError, PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../observe/log.ts";
import type { SecureContextSource } from "./certificate.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { ListenAddress } from "./listener.ts";

export interface HttpsListenerOptions {
  readonly name: string;
  readonly address: ListenAddress;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface HttpsListenerShare {
  readonly limits: ConnectionLimits;
  /** What to make the TLS context from at this moment. */
  readonly context: () => SecureContextSource;
  readonly handshakeTimeoutMs: number;
  readonly log: Log;
  /** Default `limits.apiSilenceMs`. */
  readonly silenceMs?: number;
  /** Default `limits.apiConnections`. */
  readonly connections?: number;
}

/** HTTP/1.1 inside TLS on one address, under the limits on connections that the mail listeners have. */
export class HttpsListener {
  readonly #name: string;
  readonly #server: Server;
  readonly #share: HttpsListenerShare;
  #open = 0;
  /** Requests under way on each connection. */
  readonly #underWay = new WeakMap<Socket, number>();

  private constructor({ name, handle }: HttpsListenerOptions, share: HttpsListenerShare) {
    this.#name = name;
    this.#share = share;
    this.#server = createServer(
      {
        ...share.context(),
        handshakeTimeout: share.handshakeTimeoutMs,
        maxHeaderSize: limits.apiHeaderBytes,
        // The whole request, and the head of it: a slow sender does not keep a connection.
        requestTimeout: limits.apiRequestMs,
        headersTimeout: limits.apiRequestMs,
        keepAliveTimeout: limits.apiKeepAliveMs,
        connectionsCheckingInterval: limits.apiKeepAliveMs,
      },
      (request, response) => this.#take(request, response, handle),
    );
    this.#server.setTimeout(share.silenceMs ?? limits.apiSilenceMs);
    this.#server.on("connection", (socket: Socket) => this.#count(socket));
    this.#server.on("tlsClientError", (_error, socket) => {
      share.log.event("listen/tls-failed", { peer: socket.remoteAddress, listener: name });
    });
  }

  /** Binds. Throws `listen/address-in-use` naming the address. */
  static async open(options: HttpsListenerOptions, share: HttpsListenerShare): Promise<HttpsListener> {
    const listener = new HttpsListener(options, share);
    await listener.#bind(options.address);
    return listener;
  }

  get name(): string {
    return this.#name;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get host(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.address : "";
  }

  /** Shows new connections the certificate of this moment. */
  renew(): void {
    this.#server.setSecureContext(this.#share.context());
  }

  /** Takes no more connections, lets requests end for up to `drainMs`, then closes what is left. */
  async close(drainMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeIdleConnections();
    const late = setTimeout(() => this.#server.closeAllConnections(), drainMs);
    await closed;
    clearTimeout(late);
  }

  #take(request: IncomingMessage, response: ServerResponse, handle: HttpsListenerOptions["handle"]): void {
    const { socket } = request;
    const count = this.#underWay.get(socket) ?? 0;
    if (count >= limits.apiRequestsAhead) {
      socket.destroy();
      return;
    }
    this.#underWay.set(socket, count + 1);
    response.once("close", () => this.#underWay.set(socket, (this.#underWay.get(socket) ?? 1) - 1));
    handle(request, response);
  }

  #count(socket: Socket): void {
    const address = socket.remoteAddress;
    const full = this.#open >= (this.#share.connections ?? limits.apiConnections);
    const refusal = address === undefined ? "gone" : full ? "console-total" : this.#share.limits.enter(address);
    if (address === undefined || refusal !== undefined) {
      if (address !== undefined) {
        const fields = { peer: address, cause: refusal, listener: this.#name };
        this.#share.log.event("listen/connection-refused", fields);
      }
      socket.destroy();
      return;
    }
    this.#open += 1;
    socket.once("close", () => {
      this.#open -= 1;
      this.#share.limits.leave(address);
    });
  }

  #bind({ host, port }: ListenAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        const where = `${host ?? "*"}:${port} for ${this.#name}`;
        const code = error.code === "EADDRINUSE" ? "listen/address-in-use" : "listen/cannot-bind";
        reject(new PosternError(code, `${where} (${error.code ?? error.message})`, { cause: error }));
      });
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
        this.#server.removeAllListeners("error");
        this.#server.on("error", (error) =>
          this.#share.log.event("listen/connection-refused", { cause: describeError(error) }),
        );
        resolve();
      });
    });
  }
}
