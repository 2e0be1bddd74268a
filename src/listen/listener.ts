// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server, type Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type { Connection } from "../base/connection.ts";
import { describeError, PosternError } from "../base/errors.ts";
import type { Log } from "../observe/log.ts";
import type { ConnectionPlaces, ConnectionRefusal } from "./connection-limits.ts";
import type { OpenConnections } from "./open-connections.ts";
import { TcpConnection } from "./tcp-connection.ts";

/** Where a listener listens. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

export interface ListenerOptions {
  readonly name: string;
  readonly address: ListenAddress;
  /** TLS from the first octet (RFC 8314 §3). */
  readonly implicitTls: boolean;
  /** What a peer over the limit is told before the connection closes; nothing on TLS ports. */
  readonly busyText: string;
  /** Other threads listen at the same port. */
  readonly reusePort?: boolean;
  readonly serve: (connection: Connection) => Promise<void>;
}

/** What all listeners of a gateway share. */
export interface ListenerShare {
  readonly limits: ConnectionPlaces;
  readonly open: OpenConnections;
  readonly secureContext: () => SecureContext;
  readonly handshakeTimeoutMs: number;
  readonly log: Log;
  /** The next connection id. */
  readonly nextId: () => string;
}

/** Accepts connections on one address and gives each to a session. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #share: ListenerShare;
  readonly #server: Server;
  readonly #connections = new Set<TcpConnection>();
  readonly #served = new Set<Promise<void>>();
  #closing = false;

  private constructor(options: ListenerOptions, share: ListenerShare) {
    this.#options = options;
    this.#share = share;
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Binds. Throws `listen/address-in-use` naming the address. */
  static async open(options: ListenerOptions, share: ListenerShare): Promise<Listener> {
    const listener = new Listener(options, share);
    await listener.#bind();
    return listener;
  }

  get name(): string {
    return this.#options.name;
  }

  /** The port that was bound; differs from the configured one when that was 0. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get host(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.address : "";
  }

  /** Takes no more connections, lets sessions end for up to `drainMs`, then closes what is left. */
  async close(drainMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#closing = true;
    for (const connection of this.#connections) connection.drain();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainMs);
    });
    await Promise.race([Promise.all(this.#served), late]);
    clearTimeout(timer);
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(this.#served);
    await closed;
  }

  #bind(): Promise<void> {
    const { address, reusePort = false } = this.#options;
    const { host, port } = address;
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        const where = `${host ?? "*"}:${port} for ${this.#options.name}`;
        const code = error.code === "EADDRINUSE" ? "listen/address-in-use" : "listen/cannot-bind";
        reject(new PosternError(code, `${where} (${error.code ?? error.message})`, { cause: error }));
      });
      this.#server.listen({ port, ...(host === undefined ? {} : { host }), backlog: 1024, reusePort }, () => {
        this.#server.removeAllListeners("error");
        // An accept that fails (no descriptors left) must not end the process; the peer tries again.
        this.#server.on("error", (error) =>
          this.#share.log.event("listen/connection-refused", { cause: describeError(error) }),
        );
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress;
    if (address === undefined) {
      socket.destroy();
      return;
    }
    this.#enter(socket, address, true);
  }

  /** @param first when all places are taken, one is made free, once */
  #enter(socket: Socket, address: string, first: boolean): void {
    const settle = (refusal: ConnectionRefusal | undefined): void => {
      if (refusal === "total" && first && this.#makeRoom(socket, address)) return;
      this.#admit(socket, address, refusal);
    };
    const entered = this.#share.limits.enter(address);
    if (!(entered instanceof Promise)) {
      settle(entered);
      return;
    }
    // The peer may go while the question is under way.
    const ignored = (): undefined => undefined;
    socket.on("error", ignored);
    entered.then(
      (refusal) => {
        socket.off("error", ignored);
        settle(refusal);
      },
      () => socket.destroy(),
    );
  }

  /**
   * The longest silence gives way, at whichever listener: or a few thousand connections that do nothing would keep
   * everybody out. `false`: there is nobody.
   */
  #makeRoom(socket: Socket, address: string): boolean {
    const silent = this.#share.open.silentForLongest();
    if (silent === undefined) return false;
    this.#share.log.event("listen/connection-refused", {
      peer: silent.connection.peer.address,
      cause: "gave-way",
      listener: silent.listener,
    });
    const ignored = (): undefined => undefined;
    socket.on("error", ignored);
    // Its place is free by then: whoever leaves it was told before.
    silent.socket.once("close", () => {
      socket.off("error", ignored);
      this.#enter(socket, address, false);
    });
    silent.connection.giveWay(silent.busyText);
    return true;
  }

  #admit(socket: Socket, address: string, refusal: ConnectionRefusal | undefined): void {
    const { limits, log, open } = this.#share;
    const { name, busyText, implicitTls } = this.#options;
    if (refusal !== undefined) {
      log.event("listen/connection-refused", { peer: address, cause: refusal, listener: name });
      socket.on("error", () => undefined);
      if (implicitTls) socket.destroy();
      else socket.end(busyText, () => socket.destroy());
      return;
    }
    if (socket.destroyed || this.#closing) {
      socket.destroy();
      limits.leave(address);
      return;
    }
    socket.on("close", () => limits.leave(address));
    const connection = new TcpConnection(socket, {
      id: this.#share.nextId(),
      secureContext: this.#share.secureContext,
      handshakeTimeoutMs: this.#share.handshakeTimeoutMs,
    });
    this.#connections.add(connection);
    open.add(connection, { socket, listener: name, busyText });
    const served = this.#serve(connection).finally(() => {
      open.delete(connection);
      this.#connections.delete(connection);
      this.#served.delete(served);
    });
    this.#served.add(served);
  }

  async #serve(connection: TcpConnection): Promise<void> {
    const { log } = this.#share;
    try {
      if (this.#options.implicitTls && !(await connection.startTls())) {
        log.event("listen/tls-failed", { peer: connection.peer.address, listener: this.#options.name });
        return;
      }
      await this.#options.serve(connection);
    } catch (error) {
      log.event("session/failed", { connection: connection.id, cause: describeError(error) });
    } finally {
      connection.destroy();
    }
  }
}
