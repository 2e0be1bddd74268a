// SPDX-License-Identifier: Apache-2.0

/**
 * One connection as a session sees it: octets in, octets out, TLS as a fact. `listen/` makes them from sockets; a test
 * makes them from arrays. A session reads in a plain loop; not reading is back-pressure (I9).
 */
export interface Connection {
  /** Short number for the log, unique in this run. */
  readonly id: string;
  readonly peer: { readonly address: string; readonly port: number };
  readonly local: { readonly address: string; readonly port: number };
  /** Set once the connection is encrypted. */
  readonly tls: TlsFacts | undefined;

  /** The next octets of the peer, or why there are none. One call at a time. */
  read(timeoutMs: number): Promise<Buffer | ConnectionEnd>;

  /**
   * Sends octets. Returns `undefined` when more may be sent at once, else a promise that resolves when the peer has
   * taken enough; it resolves to `false` when the connection is gone or the peer took nothing for the write timeout.
   * `taken` is called once the octets are not needed any more, at the latest when the connection is gone.
   */
  write(bytes: Uint8Array | string, taken?: () => void): Promise<boolean> | undefined;

  /**
   * Server side of STARTTLS / STLS: the handshake on this connection. Call it after the reply has been written.
   * Resolves to `false` when the handshake failed or when plaintext octets were already there (RFC 3207 §4.2 and
   * the injection attacks of CVE-2011-0411); the connection is destroyed then.
   */
  startTls(): Promise<boolean>;

  /** The peer has brought mail that was kept, or has signed in: when all places are taken, others give way for new ones. */
  keepPlace(): void;

  /** Sends what is left and closes. */
  end(): Promise<void>;
  /** Closes at once, without sending what is left. */
  destroy(): void;
}

/**
 * `ended`: the peer closed its side; `lost`: reset or broken; `timed-out`: nothing came in time;
 * `draining`: the gateway stops and this session is between transactions.
 */
export type ConnectionEnd = "ended" | "lost" | "timed-out" | "draining";

export interface TlsFacts {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
}
