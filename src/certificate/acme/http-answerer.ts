// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { limits } from "../../base/limits.ts";
import type { ListenAddress } from "../../listen/listener.ts";
import type { ChallengeAnswerer, PendingChallenge } from "./challenge.ts";
import { bind, closeAll } from "./ports.ts";

const folder = "/.well-known/acme-challenge/";

/**
 * HTTP in clear that knows the pending tokens and nothing else (RFC 8555 §8.3): no files, no redirects, no names in its
 * answers. It is open while an order is.
 */
export class HttpAnswerer implements ChallengeAnswerer {
  readonly kind = "http-01";
  readonly #servers: readonly Server[];
  readonly #answers = new Map<string, string>();

  private constructor(count: number) {
    this.#servers = Array.from({ length: count }, () => this.#createServer());
  }

  /** Throws `listen/address-in-use` and `listen/cannot-bind`. */
  static async open(addresses: readonly ListenAddress[]): Promise<HttpAnswerer> {
    const answerer = new HttpAnswerer(addresses.length);
    await bind(answerer.#servers, addresses, answerer.kind);
    return answerer;
  }

  async present({ token, keyAuthorization }: PendingChallenge): Promise<void> {
    this.#answers.set(token, keyAuthorization);
  }

  async close(): Promise<void> {
    const closed = closeAll(this.#servers);
    for (const server of this.#servers) server.closeAllConnections();
    await closed;
  }

  #createServer(): Server {
    const server = createServer(
      {
        maxHeaderSize: limits.acmeChallengeHeaderBytes,
        requestTimeout: limits.acmeChallengeMs,
        headersTimeout: limits.acmeChallengeMs,
        keepAliveTimeout: 1,
        connectionsCheckingInterval: limits.acmeChallengeMs,
      },
      (request, response) => this.#answer(request, response),
    );
    server.maxConnections = limits.acmeChallengeConnections;
    return server;
  }

  #answer({ method, url }: IncomingMessage, response: ServerResponse): void {
    const token = url?.startsWith(folder) === true ? url.slice(folder.length) : "";
    const answer = method === "GET" ? this.#answers.get(token) : undefined;
    response.setHeader("connection", "close");
    response.setHeader("content-type", answer === undefined ? "text/plain" : "application/octet-stream");
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(answer ?? "");
  }
}
