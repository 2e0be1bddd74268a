// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import type { FakeCertificate } from "./fake-certificates.ts";
import { portOf } from "./notice-receivers.ts";

export interface TakenMessage {
  readonly user: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
  readonly encrypted: boolean;
  readonly content: Buffer;
}

export interface SigningOptions {
  readonly certificate: FakeCertificate;
  readonly tls: "implicit" | "starttls";
  /** The only one who may sign in; without it nobody is asked. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Recipients that it does not know. */
  readonly unknown?: readonly string[];
}

/** npm `smtp-server`, another program's idea of a mail server: it notes what it takes. It offers no CHUNKING. */
export class SigningMailServer {
  readonly taken: readonly TakenMessage[];
  readonly port: number;
  readonly #server: SMTPServer;

  private constructor(server: SMTPServer, port: number, taken: readonly TakenMessage[]) {
    this.taken = taken;
    this.#server = server;
    this.port = port;
  }

  static async start({ certificate, tls, user, unknown = [] }: SigningOptions): Promise<SigningMailServer> {
    const taken: TakenMessage[] = [];
    const server = new SMTPServer({
      secure: tls === "implicit",
      cert: certificate.pem,
      key: certificate.key,
      authOptional: user === undefined,
      disableReverseLookup: true,
      logger: false,
      onAuth: ({ username, password }, _session, callback) => {
        if (username === user?.name && password === user?.password) callback(null, { user: username });
        else callback(new Error("Invalid username or password"));
      },
      onRcptTo: ({ address }, _session, callback) => {
        callback(unknown.includes(address) ? Object.assign(new Error("who is that"), { responseCode: 550 }) : null);
      },
      onData: (stream, session, callback) => {
        const pieces: Buffer[] = [];
        stream.on("data", (piece: Buffer) => pieces.push(piece));
        stream.on("end", () => {
          const { mailFrom, rcptTo } = session.envelope;
          taken.push({
            user: session.user,
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            encrypted: session.secure,
            content: Buffer.concat(pieces),
          });
          callback(null, "taken");
        });
      },
    });
    server.on("error", () => undefined);
    const listening = server.listen(0, "127.0.0.1");
    await once(listening, "listening");
    return new SigningMailServer(server, portOf(listening), taken);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
