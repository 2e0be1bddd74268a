// SPDX-License-Identifier: Apache-2.0
import type { Server } from "node:net";
import { PosternError } from "../../base/errors.ts";
import type { ListenAddress } from "../../listen/listener.ts";

/** Binds each server to its address, all or none. Throws `listen/address-in-use` and `listen/cannot-bind`. */
export async function bind(
  servers: readonly Server[],
  addresses: readonly ListenAddress[],
  purpose: string,
): Promise<void> {
  try {
    for (const [index, server] of servers.entries()) {
      const address = addresses[index];
      if (address !== undefined) await listen(server, address, purpose);
    }
  } catch (error) {
    await closeAll(servers);
    throw error;
  }
}

/** Takes no more connections; resolves when all have ended. */
export async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) => new Promise<void>((resolve) => (server.listening ? server.close(() => resolve()) : resolve())),
    ),
  );
}

function listen(server: Server, { host, port }: ListenAddress, purpose: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const code = error.code === "EADDRINUSE" ? "listen/address-in-use" : "listen/cannot-bind";
      const where = `${host ?? "*"}:${port} for ${purpose} (${error.code ?? error.message})`;
      reject(new PosternError(code, where, { cause: error }));
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.removeAllListeners("error");
      // A peer that goes away, or no more descriptors: the authority asks again.
      server.on("error", () => undefined);
      resolve();
    });
  });
}
