// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, type Server } from "node:net";
import type { FakeCertificate } from "./fake-certificates.ts";
import { peerPath } from "./peers.ts";
import { runProgram } from "./run-program.ts";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTPS server that notes what it gets and answers with `status`. */
export class WebhookReceiver {
  readonly requests: ReceivedRequest[] = [];
  status = 204;
  location: string | undefined;
  readonly #server;

  private constructor({ pem, key }: FakeCertificate) {
    this.#server = createHttpsServer({ cert: pem, key }, (request, answer) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const { method = "", url: path = "", headers } = request;
        this.requests.push({ method, path, headers, body: Buffer.concat(pieces).toString("utf8") });
        answer.writeHead(this.status, this.location === undefined ? {} : { location: this.location });
        answer.end("a secret of the inner network");
      });
    });
  }

  static async start(certificate: FakeCertificate): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(certificate);
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get port(): number {
    return portOf(this.#server);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A mail server that offers no TLS, and notes every line that it hears. */
export class PlainMailServer {
  readonly heard: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.write("220 plain.test ESMTP\r\n");
      socket.on("data", (octets: Buffer) => {
        this.heard.push(octets.toString("latin1"));
        socket.write("250-plain.test\r\n250-AUTH PLAIN LOGIN\r\n250 CHUNKING\r\n");
      });
    });
  }

  static async start(): Promise<PlainMailServer> {
    const server = new PlainMailServer();
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return portOf(this.#server);
  }

  stop(): void {
    this.#server.close();
  }
}

/** Of a server that listens. */
export function portOf(server: Pick<Server, "address">): number {
  const place = server.address();
  if (place === null || typeof place === "string") throw new Error("not listening");
  return place.port;
}

export interface ReadMessage {
  readonly header: Readonly<Record<string, string>>;
  readonly body: string;
  readonly defects: readonly string[];
}

const reader = `
import email, email.policy, json, sys
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
defects = [repr(d) for d in message.defects]
for name, value in message.items():
    defects += [name + repr(d) for d in value.defects]
header = {name.lower(): str(value) for name, value in message.items()}
print(json.dumps({"header": header, "body": message.get_content(), "defects": defects}))
`;

/** As another program reads it: Python's email package. */
export async function readMessage(octets: Buffer): Promise<ReadMessage> {
  const { stdout } = await runProgram(peerPath("python3"), ["-c", reader], { input: octets });
  const read: ReadMessage = JSON.parse(stdout.toString());
  return read;
}
