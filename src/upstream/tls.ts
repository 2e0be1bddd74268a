// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { formatTarget, type Target } from "../protocol/proxy-user-name.ts";
import { certificateFailure, isForHost, otherNameCode } from "./certificate-verdict.ts";
import { failure, type UpstreamFailure } from "./failure.ts";
import { SessionMemory } from "./session-memory.ts";
import { matchesPin, type Trust, type TrustStore } from "./trust.ts";

export interface HandshakeOptions {
  readonly target: Target;
  readonly port: number;
  readonly timeoutMs: number;
  readonly nowMs: number;
}

/** An encrypted socket whose certificate was accepted, or why there is none; then the socket is destroyed. */
export type HandshakeResult =
  | { readonly kind: "encrypted"; readonly socket: TLSSocket; readonly certificate: X509Certificate | undefined }
  | UpstreamFailure;

/** Makes the client side of TLS handshakes with upstreams, and remembers their sessions. */
export class UpstreamTls {
  readonly #trust: TrustStore;
  readonly #sessions = new SessionMemory();

  constructor(trust: TrustStore) {
    this.#trust = trust;
  }

  /** Takes over `plain`. Nothing may have been read ahead from it. */
  handshake(plain: Socket, options: HandshakeOptions): Promise<HandshakeResult> {
    const trust = this.#trust.trustFor(options.target, options.port);
    return new Handshake(plain, trust, options, this.#sessions).run();
  }
}

/** How OpenSSL says that the first octets were no TLS record. */
const noTlsCodes: ReadonlySet<string> = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"]);

class Handshake {
  readonly #trust: Trust;
  readonly #options: HandshakeOptions;
  readonly #socket: TLSSocket;
  readonly #result = Promise.withResolvers<HandshakeResult>();
  #certificate: X509Certificate | undefined;

  constructor(plain: Socket, trust: Trust, options: HandshakeOptions, sessions: SessionMemory) {
    this.#trust = trust;
    this.#options = options;
    const { target, port } = options;
    const key = formatTarget({ ...target, port });
    // A resumed session shows no certificate, so it cannot be held against a pin.
    const session = trust.kind === "pin" ? undefined : sessions.get(key, options.nowMs);
    this.#socket = connectTls({
      socket: plain,
      secureContext: trust.context,
      // RFC 6066 §3: literal addresses are no server names.
      servername: target.hostKind === "name" ? target.host : "",
      // With a pin the certificate is judged by `#secured`, before anything is said.
      rejectUnauthorized: trust.kind === "authorities",
      checkServerIdentity: () => this.#checkName(),
      ...(session === undefined ? {} : { session }),
    });
    // TLS 1.3 tickets come after the handshake. A session that was not accepted is never kept: the socket is gone then.
    this.#socket.on("session", (ticket: Buffer) => {
      if (trust.kind === "authorities" && this.#socket.authorized) sessions.put(key, ticket, options.nowMs);
    });
  }

  async run(): Promise<HandshakeResult> {
    const timer = setTimeout(() => this.#failed(undefined), this.#options.timeoutMs);
    // Before Node's own verdict, which closes the socket: afterwards nobody could say what was wrong with whom.
    this.#socket.prependOnceListener("secure", () => {
      this.#certificate = shownCertificate(this.#socket);
    });
    this.#socket.once("secureConnect", () => this.#secured());
    // Stays: a late error must not reach the process.
    this.#socket.on("error", (error) => this.#failed(error));
    this.#socket.once("close", () => this.#failed(new Error("the server closed the connection")));
    try {
      return await this.#result.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A resumed session shows no certificate, and Node does not ask: the name was checked when the session began. */
  #checkName(): Error | undefined {
    const certificate = this.#certificate;
    if (this.#trust.kind === "pin") return undefined;
    if (certificate !== undefined && isForHost(certificate, this.#options.target)) return undefined;
    return Object.assign(new Error("other name"), { code: otherNameCode });
  }

  #secured(): void {
    const { target } = this.#options;
    const certificate = this.#certificate;
    if (this.#trust.kind === "pin" && (certificate === undefined || !matchesPin(certificate, this.#trust.pin))) {
      this.#end(
        failure("certificate-not-pinned", `the certificate of ${target.host} is not the pinned one`, target.host),
      );
    } else this.#result.resolve({ kind: "encrypted", socket: this.#socket, certificate });
  }

  #failed(error: Error | undefined): void {
    const { target, port, nowMs } = this.#options;
    const { host } = target;
    if (error === undefined)
      return this.#end(failure("timed-out", `no TLS handshake with ${host}:${port} in time`, host));
    const code = "code" in error ? String(error.code) : "";
    const verdict = certificateFailure(code, this.#certificate, target, nowMs);
    const cause = noTlsCodes.has(code) ? "speaks-no-tls" : "tls-failed";
    this.#end(verdict ?? failure(cause, `no TLS handshake with ${host}:${port}: ${code || error.message}`, host));
    return undefined;
  }

  #end(failed: UpstreamFailure): void {
    this.#socket.destroy();
    this.#result.resolve(this.#certificate === undefined ? failed : { ...failed, certificate: this.#certificate });
  }
}

/**
 * The upstream's certificate. Not by `getPeerX509Certificate`: in Node 24, whoever asks after that gets an empty object,
 * Node's own verdict included.
 */
function shownCertificate(socket: TLSSocket): X509Certificate | undefined {
  // The types say that `raw` is always there; a resumed session has none.
  const { raw } = socket.getPeerCertificate() as { readonly raw?: Buffer };
  return raw === undefined ? undefined : new X509Certificate(raw);
}
