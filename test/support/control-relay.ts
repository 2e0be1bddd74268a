// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * Between a command and the control socket of a gateway. An answer to an operation that is named `loses` never arrives: the
 * gateway has given it, so the operation is done.
 */
export class ControlRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(gateway: string, loses: string, asked: () => void) {
    this.#server = createServer((near) => {
      const far = connect(gateway);
      let isLost = false;
      near.on("data", (octets: Buffer) => {
        isLost = octets.includes(`"operation":"${loses}"`);
        if (isLost) asked();
        far.write(octets);
      });
      far.on("data", (octets: Buffer) => {
        if (isLost) near.destroy();
        else near.write(octets);
      });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
  }

  /** `asked` is told when the request is on its way and the gateway has not seen it. */
  static async start(
    path: string,
    { gateway, loses, asked }: { readonly gateway: string; readonly loses: string; readonly asked: () => void },
  ): Promise<ControlRelay> {
    const relay = new ControlRelay(gateway, loses, asked);
    relay.#server.listen(path);
    await once(relay.#server, "listening");
    return relay;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
