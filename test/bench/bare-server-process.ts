// SPDX-License-Identifier: Apache-2.0

/**
 * A server that greets and does nothing else, the least that Node.js can do: what a connection costs at least. Prints
 * two ports, in clear and inside TLS.
 *
 *   node test/bench/bare-server-process.ts CERTIFICATE-FILE KEY-FILE
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

const [certificateFile = "", keyFile = ""] = process.argv.slice(2);

function greet(socket: Socket): void {
  socket.on("error", () => undefined);
  // Somebody who says something wants to be answered, whoever asks.
  socket.on("data", () => socket.write("250 ok\r\n"));
  socket.write("220 bare ESMTP\r\n");
}

async function portOf(server: Server): Promise<number> {
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const plain = await portOf(createServer(greet));
const tls = createTlsServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, greet);
console.log(`${plain} ${await portOf(tls)}`);
