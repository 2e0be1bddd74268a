// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import type { Socket } from "node:net";
import { createSecureContext, createServer, type SecureContext, type Server } from "node:tls";
import { limits } from "../../base/limits.ts";
import { challengeCertificate } from "../../listen/certificate.ts";
import type { ListenAddress } from "../../listen/listener.ts";
import type { ChallengeAnswerer, PendingChallenge } from "./challenge.ts";
import { bind, closeAll } from "./ports.ts";

/** RFC 8737 §6.2. */
const protocol = "acme-tls/1";

/** TLS that shows the certificate of a pending challenge and closes (RFC 8737 §3). It is open while an order is. */
export class TlsAnswerer implements ChallengeAnswerer {
  readonly kind = "tls-alpn-01";
  readonly #servers: readonly Server[];
  readonly #contexts = new Map<string, SecureContext>();
  readonly #sockets = new Set<Socket>();

  private constructor(count: number) {
    this.#servers = Array.from({ length: count }, () => this.#createServer());
  }

  /** Throws `listen/address-in-use` and `listen/cannot-bind`. */
  static async open(addresses: readonly ListenAddress[]): Promise<TlsAnswerer> {
    const answerer = new TlsAnswerer(addresses.length);
    await bind(answerer.#servers, addresses, answerer.kind);
    return answerer;
  }

  async present({ name, keyAuthorization }: PendingChallenge): Promise<void> {
    const pair = await challengeCertificate(name, hash("sha256", keyAuthorization, "buffer"));
    this.#contexts.set(name, createSecureContext({ cert: pair.certificate, key: pair.key, minVersion: "TLSv1.2" }));
  }

  async close(): Promise<void> {
    const closed = closeAll(this.#servers);
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #createServer(): Server {
    const server = createServer({
      ALPNProtocols: [protocol],
      handshakeTimeout: limits.acmeChallengeMs,
      SNICallback: (name, answer) => {
        const context = this.#contexts.get(name.toLowerCase());
        if (context === undefined) answer(new Error("no challenge is open for this name"));
        else answer(null, context);
      },
    });
    server.maxConnections = limits.acmeChallengeConnections;
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    // RFC 8737 §3: nothing is exchanged after the handshake.
    server.on("secureConnection", (socket) => socket.on("error", () => socket.destroy()).end());
    return server;
  }
}
