// SPDX-License-Identifier: Apache-2.0
import type { Connection, ConnectionEnd, TlsFacts } from "../../src/base/connection.ts";

/** What one read gives: octets as latin1, made at that moment if a function, or a reason why there are none. */
export type ScriptedRead = string | (() => string | Promise<string>) | { readonly end: ConnectionEnd };

/** A connection whose peer says what a list says, one element a read, and then ends as told. */
export class ScriptedConnection implements Connection {
  readonly id = "1";
  readonly peer: { readonly address: string; readonly port: number };
  readonly local = { address: "192.0.2.25", port: 25 };
  tls: TlsFacts | undefined;
  output = "";
  /** How the session left: `end()` or `destroy()`, whichever came first. */
  left: "ended" | "destroyed" | undefined;
  /** The time that each read was given. */
  readonly timeoutsMs: number[] = [];
  /** Called with everything that is written; what it returns is what `write` returns. */
  onWrite: (text: string) => Promise<boolean> | undefined = () => undefined;
  tlsWorks = true;
  keepsPlace = false;
  #input: ScriptedRead[];
  #end: ConnectionEnd;

  constructor(
    input: readonly ScriptedRead[],
    options: { readonly tls: boolean; readonly end: ConnectionEnd; readonly peer: string },
  ) {
    this.#input = [...input];
    this.#end = options.end;
    this.peer = { address: options.peer, port: 50_000 };
    if (options.tls) this.tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
  }

  async read(timeoutMs: number): Promise<Buffer | ConnectionEnd> {
    this.timeoutsMs.push(timeoutMs);
    const next = this.#input.shift();
    if (next === undefined) {
      const end = this.#end;
      this.#end = "ended";
      return end;
    }
    if (typeof next === "object") return next.end;
    return Buffer.from(typeof next === "string" ? next : await next(), "latin1");
  }

  write(bytes: Uint8Array | string): Promise<boolean> | undefined {
    const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1");
    this.output += text;
    return this.onWrite(text);
  }

  async startTls(): Promise<boolean> {
    if (this.tlsWorks) this.tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
    else this.destroy();
    return this.tlsWorks;
  }

  keepPlace(): void {
    this.keepsPlace = true;
  }

  async end(): Promise<void> {
    this.left ??= "ended";
  }

  destroy(): void {
    this.left ??= "destroyed";
    this.#input = [];
  }
}
