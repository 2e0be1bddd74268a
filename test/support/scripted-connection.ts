// SPDX-License-Identifier: Apache-2.0
import type { Connection, ConnectionEnd, TlsFacts } from "../../src/base/connection.ts";

/** A connection whose peer says what a list says, one element a read, and then ends as told. */
export class ScriptedConnection implements Connection {
  readonly id = "1";
  readonly peer: { readonly address: string; readonly port: number };
  readonly local = { address: "192.0.2.25", port: 25 };
  tls: TlsFacts | undefined;
  output = "";
  #input: (string | (() => string))[];
  #end: ConnectionEnd;

  constructor(
    input: readonly (string | (() => string))[],
    options: { readonly tls: boolean; readonly end: ConnectionEnd; readonly peer: string },
  ) {
    this.#input = [...input];
    this.#end = options.end;
    this.peer = { address: options.peer, port: 50_000 };
    if (options.tls) this.tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
  }

  read(): Promise<Buffer | ConnectionEnd> {
    const next = this.#input.shift();
    if (next === undefined) {
      const end = this.#end;
      this.#end = "ended";
      return Promise.resolve(end);
    }
    return Promise.resolve(Buffer.from(typeof next === "string" ? next : next(), "latin1"));
  }

  write(bytes: Uint8Array | string): undefined {
    this.output += typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1");
  }

  startTls(): Promise<boolean> {
    this.tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
    return Promise.resolve(true);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.#input = [];
  }
}
