// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import type { FakeCertificate } from "./fake-certificates.ts";

/** What a fake upstream does on one connection, as a plain sequence of steps. */
export type Script = (peer: FakePeer) => Promise<void>;

export interface FakeUpstreamOptions {
  readonly certificate: FakeCertificate;
  /** `implicit`: TLS from the first octet. Else a script says `startTls` itself, or never does. */
  readonly tls: "implicit" | "by-script";
  readonly script: Script;
  /** Whether to keep what each client said, and its peer; a load of an hour does not want that. Default is yes. */
  readonly remembers?: boolean;
}

/** A scripted mail server on a loopback port: ordinary, broken or hostile, as its script says. */
export class FakeUpstream {
  readonly port: number;
  /** One per connection, in order. */
  readonly peers: readonly FakePeer[];
  readonly #server: Server;

  private constructor(server: Server, port: number, peers: readonly FakePeer[]) {
    this.#server = server;
    this.port = port;
    this.peers = peers;
  }

  static async start({ certificate, tls, script, remembers = true }: FakeUpstreamOptions): Promise<FakeUpstream> {
    const peers: FakePeer[] = [];
    const server = createServer({ noDelay: true }, (socket) => {
      const peer = new FakePeer(socket, certificate.context, remembers);
      peers.push(peer);
      if (!remembers) socket.once("close", () => peers.splice(peers.indexOf(peer), 1));
      peer.run(tls === "implicit" ? afterTls(script) : script);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new FakeUpstream(server, address.port, peers);
  }

  /** Everything that clients said in clear, over all connections: no credential may be in it. */
  get heardInClear(): string {
    return this.peers.map(({ clear }) => clear).join("");
  }

  async stop(): Promise<void> {
    for (const peer of this.peers) peer.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function afterTls(script: Script): Script {
  return async (peer) => {
    if (await peer.startTls()) await script(peer);
  };
}

/** Ends a script: the client is gone. */
class ClientGone extends Error {}

/** The server's end of one connection. */
export class FakePeer {
  /** What the client said before and inside TLS, octets as latin1. */
  clear = "";
  encrypted = "";
  /** The client came back with a TLS session of before. */
  resumed = false;
  readonly #context: SecureContext;
  readonly #remembers: boolean;
  #socket: Socket;
  #buffer = "";
  #gone = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, context: SecureContext, remembers = true) {
    this.#context = context;
    this.#remembers = remembers;
    this.#socket = socket;
    this.#attach(socket);
  }

  /** The client has closed, or was closed by us. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** Runs a script to its end and closes. A script that fails for another reason than a lost client is the test's fault. */
  run(script: Script): void {
    script(this).then(
      () => this.#socket.end(),
      (error: unknown) => {
        this.#socket.destroy();
        if (!(error instanceof ClientGone)) throw error;
      },
    );
  }

  send(text: string | Buffer): void {
    if (!this.#gone) this.#socket.write(typeof text === "string" ? Buffer.from(text, "latin1") : text);
  }

  /** The next line without its CRLF. */
  async line(): Promise<string> {
    return (await this.until("\r\n")).slice(0, -2);
  }

  /** Octets up to and with `end`, as latin1. */
  until(end: string): Promise<string> {
    return this.#take(() => {
      const at = this.#buffer.indexOf(end);
      return at < 0 ? -1 : at + end.length;
    });
  }

  octets(count: number): Promise<string> {
    return this.#take(() => (this.#buffer.length >= count ? count : -1));
  }

  /** Server side of the handshake. `injected` goes out in clear right before it. `false`: it failed. */
  async startTls(injected = ""): Promise<boolean> {
    const plain = this.#socket;
    if (injected !== "") plain.write(injected);
    plain.removeAllListeners("data");
    const encrypted = new TLSSocket(plain, { isServer: true, secureContext: this.#context });
    this.#socket = encrypted;
    const done = await new Promise<boolean>((resolve) => {
      encrypted.once("secure", () => resolve(true));
      encrypted.once("close", () => resolve(false));
      encrypted.on("error", () => resolve(false));
    });
    this.resumed = done && encrypted.isSessionReused();
    if (done) this.#attach(encrypted);
    else this.#gone = true;
    return done;
  }

  /** Waits until the client closes. */
  async closed(): Promise<void> {
    while (!this.#gone) await this.#changed();
  }

  destroy(): void {
    this.#gone = true;
    this.#socket.destroy();
    this.#wake?.();
  }

  async #take(find: () => number): Promise<string> {
    for (;;) {
      const end = find();
      if (end >= 0) {
        const taken = this.#buffer.slice(0, end);
        this.#buffer = this.#buffer.slice(end);
        return taken;
      }
      if (this.#gone) throw new ClientGone();
      await this.#changed();
    }
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #attach(socket: Socket): void {
    socket.on("data", (bytes: Buffer) => {
      const text = bytes.toString("latin1");
      if (this.#remembers && socket instanceof TLSSocket) this.encrypted += text;
      else if (this.#remembers) this.clear += text;
      this.#buffer += text;
      this.#wake?.();
    });
    const gone = (): void => {
      this.#gone = true;
      this.#wake?.();
    };
    socket.on("end", gone);
    socket.on("close", gone);
    socket.on("error", gone);
  }
}

/** A message that a fake SMTP upstream took, or was about to. */
export interface TakenMessage {
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  /** By DATA, with its dots as on the wire, without the end. By BDAT, verbatim. */
  readonly octets: string;
}

export interface FakeSmtpOptions {
  readonly user: string;
  readonly password: string;
  /** EHLO keywords inside TLS; default is `PIPELINING`, `8BITMIME` and `AUTH PLAIN`. */
  readonly extensions?: readonly string[];
  /** The verdict on a message; default is `250 2.0.0 Ok`. `undefined`: silence. */
  readonly verdict?: (message: TakenMessage) => string | undefined;
  readonly taken?: TakenMessage[];
}

/** An ordinary submission server that knows one user and AUTH PLAIN, from the greeting on. */
export function ordinarySmtp(options: FakeSmtpOptions): Script {
  return async (peer) => {
    peer.send("220 upstream.example ESMTP\r\n");
    await smtpCommands(peer, options, true);
  };
}

/** The same behind STARTTLS. `injected`: what a man in the middle puts behind the 220. */
export function startTlsSmtp(options: FakeSmtpOptions, injected = ""): Script {
  return async (peer) => {
    peer.send("220 upstream.example ESMTP\r\n");
    await smtpCommands(peer, options, false);
    if (injected !== "") peer.send(`220 2.0.0 Ready\r\n${injected}`);
    else peer.send("220 2.0.0 Ready\r\n");
    if (await peer.startTls()) await smtpCommands(peer, options, true);
  };
}

async function smtpCommands(peer: FakePeer, options: FakeSmtpOptions, encrypted: boolean): Promise<void> {
  const keywords = encrypted ? (options.extensions ?? ["PIPELINING", "8BITMIME", "AUTH PLAIN"]) : ["STARTTLS"];
  let reversePath = "";
  let forwardPaths: string[] = [];
  let octets = "";
  const finish = (): void => {
    const message = { reversePath, forwardPaths, octets };
    options.taken?.push(message);
    const verdict = options.verdict === undefined ? "250 2.0.0 Ok" : options.verdict(message);
    if (verdict !== undefined) peer.send(`${verdict}\r\n`);
    octets = "";
    forwardPaths = [];
  };
  for (;;) {
    const line = await peer.line();
    const [verb = "", argument = ""] = line.split(/ (.*)/s);
    switch (verb.toUpperCase()) {
      case "EHLO":
        peer.send(["250-upstream.example", ...keywords.map((each) => `250-${each}`), "250 HELP\r\n"].join("\r\n"));
        break;
      case "STARTTLS":
        if (!encrypted) return;
        peer.send("503 5.5.1 TLS is active\r\n");
        break;
      case "AUTH": {
        const response = await plainResponse(peer, argument, "334 \r\n");
        const expected = `\0${options.user}\0${options.password}`;
        peer.send(response === expected ? "235 2.7.0 Welcome\r\n" : "535 5.7.8 Wrong\r\n");
        break;
      }
      case "MAIL":
        reversePath = argument;
        peer.send("250 2.1.0 Ok\r\n");
        break;
      case "RCPT":
        if (argument.includes("unknown")) peer.send("550 5.1.1 Nobody here\r\n");
        else {
          forwardPaths.push(argument);
          peer.send("250 2.1.5 Ok\r\n");
        }
        break;
      case "RSET":
        forwardPaths = [];
        octets = "";
        peer.send("250 2.0.0 Ok\r\n");
        break;
      case "DATA":
        peer.send("354 Go\r\n");
        octets = (await dataOctets(peer)).slice(0, -3);
        finish();
        break;
      case "BDAT": {
        const [size = "0", last] = argument.split(" ");
        octets += await peer.octets(Number(size));
        if (last === undefined) peer.send("250 2.0.0 Ok\r\n");
        else finish();
        break;
      }
      case "QUIT":
        peer.send("221 2.0.0 Bye\r\n");
        return;
      default:
        peer.send("250 2.0.0 Ok\r\n");
    }
  }
}

/** Everything up to and with the end of data, which may be the first three octets. */
async function dataOctets(peer: FakePeer): Promise<string> {
  const first = await peer.until("\r\n");
  if (first === ".\r\n") return first;
  let octets = first;
  for (;;) {
    const line = await peer.until("\r\n");
    octets += line;
    if (line === ".\r\n") return octets;
  }
}

export interface FakePop3Options {
  readonly user: string;
  readonly password: string;
  /** Messages as octets (latin1), without transparency; each ends in CRLF. */
  readonly messages: readonly string[];
  readonly uniqueIds?: readonly string[];
  /** CAPA inside TLS. */
  readonly capabilities?: readonly string[];
  /** Numbers of messages removed at QUIT. */
  readonly removed?: number[];
}

/** An ordinary POP3 server that knows one user and USER/PASS, from the greeting on. */
export function ordinaryPop3(options: FakePop3Options): Script {
  return async (peer) => {
    peer.send("+OK upstream.example\r\n");
    await pop3Commands(peer, options, true);
  };
}

/** The same behind STLS. `injected`: what a man in the middle puts behind the +OK. */
export function stlsPop3(options: FakePop3Options, injected = ""): Script {
  return async (peer) => {
    peer.send("+OK upstream.example\r\n");
    await pop3Commands(peer, options, false);
    peer.send(`+OK begin\r\n${injected}`);
    if (await peer.startTls()) await pop3Commands(peer, options, true);
  };
}

async function pop3Commands(peer: FakePeer, options: FakePop3Options, encrypted: boolean): Promise<void> {
  const capabilities = encrypted ? (options.capabilities ?? ["USER", "UIDL", "TOP", "PIPELINING"]) : ["USER", "STLS"];
  const { messages } = options;
  const ids = options.uniqueIds ?? messages.map((_, at) => `id-${at + 1}`);
  const marked = new Set<number>();
  let user = "";
  const listing = (argument: string, value: (at: number) => string | number): void => {
    const lines = messages.flatMap((_, at) => (marked.has(at + 1) ? [] : [`${at + 1} ${value(at)}\r\n`]));
    if (argument === "") peer.send(`+OK\r\n${lines.join("")}.\r\n`);
    else peer.send(lines.find((line) => line.startsWith(`${argument} `))?.replace(/^/, "+OK ") ?? "-ERR none\r\n");
  };
  for (;;) {
    const line = await peer.line();
    const [verb = "", argument = ""] = line.split(/ (.*)/s);
    const number = Number.parseInt(argument, 10);
    const message = messages[number - 1];
    switch (verb.toUpperCase()) {
      case "CAPA":
        peer.send(["+OK", ...capabilities, ".\r\n"].join("\r\n"));
        break;
      case "STLS":
        if (!encrypted) return;
        peer.send("-ERR TLS is active\r\n");
        break;
      case "USER":
        user = argument;
        peer.send("+OK\r\n");
        break;
      case "PASS":
        peer.send(user === options.user && argument === options.password ? "+OK welcome\r\n" : "-ERR [AUTH] wrong\r\n");
        break;
      case "STAT":
        peer.send(`+OK ${messages.length} ${messages.join("").length}\r\n`);
        break;
      case "LIST":
        listing(argument, (at) => messages[at]?.length ?? 0);
        break;
      case "UIDL":
        listing(argument, (at) => ids[at] ?? "");
        break;
      case "RETR":
      case "TOP":
        peer.send(message === undefined ? "-ERR none\r\n" : `+OK follows\r\n${stuffed(message)}.\r\n`);
        break;
      case "DELE":
        marked.add(number);
        peer.send("+OK\r\n");
        break;
      case "QUIT":
        options.removed?.push(...marked);
        peer.send("+OK bye\r\n");
        return;
      default:
        peer.send("+OK\r\n");
    }
  }
}

/** RFC 1939 §3, in other words than the product's. */
function stuffed(message: string): string {
  return message
    .split("\r\n")
    .map((line) => (line.startsWith(".") ? `.${line}` : line))
    .join("\r\n");
}

async function plainResponse(peer: FakePeer, argument: string, empty: string): Promise<string> {
  const [, initial] = argument.split(" ");
  if (initial !== undefined) return Buffer.from(initial, "base64").toString("latin1");
  peer.send(empty);
  return Buffer.from(await peer.line(), "base64").toString("latin1");
}
