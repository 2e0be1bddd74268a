// SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FakeAuthority } from "../../support/fake-certificates.ts";
import { type FakePeer, FakeUpstream, ordinarySmtp, type TakenMessage } from "../../support/fake-upstream.ts";

export const upstreamPassword = "the-users-password";
export const upstreamUser = "anna";
const maildropMessages = 12;

/** What the laboratory wants to know of its upstreams, at the moment it happens there. */
export interface UpstreamEars {
  /** A message is there whole; the answer says whether to refuse it. */
  readonly heard: (message: TakenMessage) => "take" | "refuse";
  /** Whoever signs in as this user gets these messages. */
  readonly maildrop: (user: string) => readonly string[];
  readonly marked: (user: string, number: number) => void;
}

/** A submission server and a POP3 server that tell what they hear. */
export class Upstreams {
  readonly smtpPort: number;
  readonly pop3Port: number;
  readonly #servers: readonly FakeUpstream[];

  private constructor(smtp: FakeUpstream, pop3: FakeUpstream) {
    this.#servers = [smtp, pop3];
    this.smtpPort = smtp.port;
    this.pop3Port = pop3.port;
  }

  /** The certificate of their authority is written to `directory`. */
  static async start(directory: string, ears: UpstreamEars): Promise<Upstreams> {
    const authority = await FakeAuthority.create();
    await writeFile(caFile(directory), authority.pem);
    const certificate = await authority.issue(["127.0.0.1"]);
    const verdict = (message: TakenMessage): string =>
      ears.heard(message) === "take" ? "250 2.0.0 Ok" : "554 5.7.1 Not this one";
    const script = ordinarySmtp({ user: upstreamUser, password: upstreamPassword, verdict });
    const common = { certificate, tls: "implicit", remembers: false } as const;
    return new Upstreams(
      await FakeUpstream.start({ ...common, script }),
      await FakeUpstream.start({ ...common, script: (peer) => servePop3(peer, ears) }),
    );
  }

  /** What a gateway must know to reach them. */
  configuration(directory: string): string {
    return `
[proxy]
allowed_targets = ["127.0.0.1:${this.smtpPort}", "127.0.0.1:${this.pop3Port}"]
[proxy.ca_files]
"127.0.0.1" = ${JSON.stringify(caFile(directory))}
`;
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) await server.stop();
  }
}

export function maildropNumbers(): readonly number[] {
  return Array.from({ length: maildropMessages }, (_, index) => index + 1);
}

function caFile(directory: string): string {
  return join(directory, "upstreams.pem");
}

/** RFC 1939 for any user, each with a maildrop of his own. */
async function servePop3(peer: FakePeer, ears: UpstreamEars): Promise<void> {
  let user = "";
  let messages: readonly string[] = [];
  peer.send("+OK upstream.example\r\n");
  for (;;) {
    const [verb = "", argument = ""] = (await peer.line()).split(/ (.*)/s);
    const listed = (value: (message: string, index: number) => string): string =>
      `+OK\r\n${messages.map((message, index) => `${index + 1} ${value(message, index)}\r\n`).join("")}.\r\n`;
    switch (verb.toUpperCase()) {
      case "CAPA":
        peer.send("+OK\r\nUSER\r\nUIDL\r\nTOP\r\nPIPELINING\r\n.\r\n");
        break;
      case "USER":
        user = argument;
        peer.send("+OK\r\n");
        break;
      case "PASS":
        if (argument === upstreamPassword) messages = ears.maildrop(user);
        peer.send(argument === upstreamPassword ? "+OK\r\n" : "-ERR [AUTH] wrong\r\n");
        break;
      case "STAT":
        peer.send(`+OK ${messages.length} ${messages.join("").length}\r\n`);
        break;
      case "LIST":
        peer.send(argument === "" ? listed(({ length }) => String(length)) : scanLine(messages, argument));
        break;
      case "UIDL":
        peer.send(
          argument === ""
            ? listed((_, index) => `${user}-${index}`)
            : `+OK ${argument} ${user}-${Number(argument) - 1}\r\n`,
        );
        break;
      case "RETR":
        peer.send(`+OK\r\n${stuffed(messages[Number(argument) - 1] ?? "")}.\r\n`);
        break;
      case "DELE":
        ears.marked(user, Number(argument));
        peer.send("+OK\r\n");
        break;
      case "QUIT":
        peer.send("+OK bye\r\n");
        return;
      default:
        peer.send("+OK\r\n");
    }
  }
}

function scanLine(messages: readonly string[], argument: string): string {
  return `+OK ${argument} ${messages[Number(argument) - 1]?.length ?? 0}\r\n`;
}

function stuffed(message: string): string {
  return message.replaceAll(/^\./gm, "..");
}
