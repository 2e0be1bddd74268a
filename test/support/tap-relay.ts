// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** What a man in the middle makes of the server's words while they are in clear. */
export type Tamper = (words: string) => string;

/**
 * Passes connections on to a port of this machine and keeps every octet that the connecting side sent: a capture of the
 * wire, in front of a server.
 */
export class TapRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #sent: Buffer[] = [];
  connections = 0;

  private constructor(port: number, tamper: Tamper) {
    this.#server = createServer((near) => {
      this.connections++;
      const far = connect(port, "127.0.0.1");
      near.on("data", (octets: Buffer) => {
        this.#sent.push(octets);
        far.write(octets);
      });
      far.on("data", (octets: Buffer) => near.write(Buffer.from(tamper(octets.toString("latin1")), "latin1")));
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on("end", () => other.end());
        one.on("error", () => other.destroy());
        one.on("close", () => this.#sockets.delete(one));
      }
    });
  }

  static async start(port: number, tamper: Tamper = (words) => words): Promise<TapRelay> {
    const relay = new TapRelay(port, tamper);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the relay does not listen");
    return address.port;
  }

  /** Every octet that came from the connecting side, over all connections. */
  get sent(): Buffer {
    return Buffer.concat(this.#sent);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
