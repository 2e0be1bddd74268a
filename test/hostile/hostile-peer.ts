// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

/** Far beyond what anything takes: it only turns an endless wait into an answer that did not come. */
export const patienceMs = 120_000;
/** What is kept of the gateway's words; enough to see any answer. */
const keptCharacters = 64 * 1024;

export interface HostileAddress {
  readonly port: number;
  /** The loopback address to come from: the gateway counts connections by it. */
  readonly from?: string;
  /** TLS from the first octet. */
  readonly tls?: boolean;
  readonly tlsOptions?: ConnectionOptions;
}

/** How a connection ended, if it did. */
export type PeerEnd = "open" | "closed" | "reset" | "not-connected";

/** A peer that waits for nothing and minds nothing; cheap enough for ten thousand. */
export class HostilePeer {
  said = "";
  saidBytes = 0;
  end: PeerEnd = "open";
  readonly address: HostileAddress;
  #socket: Socket;
  /** The TCP connection below. */
  readonly #plain: Socket;
  #wakes: (() => void)[] = [];

  private constructor(socket: Socket, plain: Socket, address: HostileAddress) {
    this.#socket = socket;
    this.#plain = plain;
    this.address = address;
    this.#listen(socket);
  }

  /** Connects; a connection that does not come about is a peer whose end says so. */
  static async connect(address: HostileAddress): Promise<HostilePeer> {
    const to = {
      host: "127.0.0.1",
      port: address.port,
      ...(address.from === undefined ? {} : { localAddress: address.from }),
    };
    const plain = connect(to);
    const socket = address.tls === true ? connectTls({ socket: plain, ...hostileTls, ...address.tlsOptions }) : plain;
    const peer = new HostilePeer(socket, plain, address);
    if (address.tls === true) plain.on("error", () => undefined);
    await new Promise<void>((resolve) => {
      const done = (): void => resolve();
      socket.once(address.tls === true ? "secureConnect" : "connect", done);
      socket.once("error", () => {
        if (socket.bytesRead === 0 && peer.end === "open") peer.end = "not-connected";
        done();
      });
      socket.once("close", done);
    });
    socket.setNoDelay(true);
    return peer;
  }

  /** Sends, whether or not the other side takes it; `false`: it takes nothing more now. */
  send(bytes: Uint8Array | string): boolean {
    if (this.end !== "open") return false;
    return typeof bytes === "string" ? this.#socket.write(bytes, "latin1") : this.#socket.write(bytes);
  }

  /** Octets of ours that the kernel has not taken. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Takes nothing of what the gateway says from here on. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Waits until the gateway has said this, or the connection or the patience has ended. */
  async hears(pattern: RegExp, waitMs = patienceMs): Promise<boolean> {
    return this.#until(() => pattern.test(this.said), waitMs);
  }

  /** Forgets what was said, sends, and waits for a whole line in answer; "" when none came. */
  async ask(bytes: Uint8Array | string, waitMs = patienceMs): Promise<string> {
    this.said = "";
    this.send(bytes);
    await this.hears(/^(?:\d{3} |[+-]).*\r\n/m, waitMs);
    return /^(?:\d{3} |[+-]).*$/m.exec(this.said)?.[0]?.trimEnd() ?? "";
  }

  /** Waits for the end of the connection. */
  async over(waitMs: number): Promise<boolean> {
    return this.#until(() => this.end !== "open", waitMs);
  }

  /** STARTTLS or STLS, once the gateway has agreed. */
  async startTls(options: ConnectionOptions = {}): Promise<boolean> {
    const plain = this.#socket;
    for (const event of ["data", "error", "close"]) plain.removeAllListeners(event);
    plain.on("error", () => undefined);
    const encrypted = connectTls({ socket: plain, ...hostileTls, ...options });
    this.#socket = encrypted;
    this.said = "";
    this.#listen(encrypted);
    return new Promise((resolve) => {
      encrypted.once("secureConnect", () => resolve(true));
      encrypted.once("close", () => resolve(false));
    });
  }

  /** What is below, for attacks on the layer itself. */
  get socket(): Socket {
    return this.#socket;
  }

  halfClose(): void {
    this.#socket.end();
  }

  /** RST. */
  reset(): void {
    this.#plain.resetAndDestroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on("data", (chunk: Buffer) => {
      this.saidBytes += chunk.length;
      this.said = (this.said + chunk.toString("latin1")).slice(-keptCharacters);
      this.#wake();
    });
    socket.on("error", () => {
      if (this.end === "open") this.end = "reset";
    });
    socket.on("close", () => {
      if (this.end === "open") this.end = "closed";
      this.#wake();
    });
  }

  #wake(): void {
    const wakes = this.#wakes;
    this.#wakes = [];
    for (const wake of wakes) wake();
  }

  async #until(holds: () => boolean, waitMs: number): Promise<boolean> {
    const deadlineMs = performance.now() + waitMs;
    while (!holds()) {
      const leftMs = deadlineMs - performance.now();
      if (this.end !== "open" || leftMs <= 0) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wakes.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return true;
  }
}

/** Whoever attacks does not look at the certificate. */
const hostileTls: ConnectionOptions = { rejectUnauthorized: false, servername: "localhost" };

/** The n-th source address of attackers; the normal client comes from 127.0.0.1. */
export function sourceAddress(index: number): string {
  return `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

/** Connects many, so many at a time. */
export async function connectMany(
  count: number,
  address: (index: number) => HostileAddress,
  atOnce = 100,
): Promise<readonly HostilePeer[]> {
  const peers: HostilePeer[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, count - from) }, (_, index) => address(from + index));
    peers.push(...(await Promise.all(batch.map((each) => HostilePeer.connect(each)))));
  }
  return peers;
}

export function destroyAll(peers: readonly HostilePeer[]): void {
  for (const peer of peers) peer.destroy();
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
