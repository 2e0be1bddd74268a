// SPDX-License-Identifier: Apache-2.0

/**
 * A load generator of our own, where `smtp-source` cannot do it: TLS, many recipients, and an even flow of messages that
 * does not wait for the server. Prints what `LoadOutcome` of smtp-load.ts says.
 *
 *   echo '{"port":2525,…}' | node test/bench/smtp-load-process.ts
 */
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { type LoadOutcome, loadOf } from "./smtp-load.ts";

const load = loadOf(JSON.parse(await text(process.stdin)));
const line = `${"x".repeat(76)}\r\n`;
const body = Buffer.from(`${line.repeat(Math.max(1, Math.round((load.bytes - 120) / line.length)))}.\r\n`);

/** One connection: waits for replies, keeps none of their text. */
class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = "";
  #wanted = 0;
  #arrived: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  async open(): Promise<void> {
    this.#attach(connect({ port: this.#port, host: "127.0.0.1", noDelay: true }));
    await this.#replies(1);
    await this.#ask("EHLO bench.test\r\n");
    if (!load.tls) return;
    await this.#ask("STARTTLS\r\n");
    const plain = this.#socket;
    plain?.removeAllListeners("data");
    this.#attach(connectTls({ ...(plain === undefined ? {} : { socket: plain }), rejectUnauthorized: false }));
    await this.#ask("EHLO bench.test\r\n");
  }

  /** Sends one message; resolves at its 250. Everybody here offers PIPELINING (RFC 2920). */
  async send(number: number, recipient: string): Promise<void> {
    this.#socket?.write(`MAIL FROM:<sender@bench.test>\r\nRCPT TO:<${recipient}>\r\nDATA\r\n`);
    await this.#replies(3);
    const socket = this.#socket;
    // No two alike: a second delivery of the same bytes would not be kept again.
    const header = `From: <sender@bench.test>\r\nMessage-ID: <${String(number).padStart(9, "0")}.${process.pid}@bench.test>\r\n\r\n`;
    socket?.cork();
    socket?.write(header);
    socket?.write(body);
    socket?.uncork();
    await this.#replies(1);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.removeAllListeners();
    socket?.on("error", () => undefined);
    socket?.resume();
    socket?.end("QUIT\r\n");
  }

  async #ask(command: string): Promise<void> {
    this.#socket?.write(command);
    await this.#replies(1);
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    const broken = (error: Error): void => {
      // Not one that was given up, nor the one below TLS.
      if (this.#socket === socket) this.#arrived?.reject(error);
    };
    socket.on("error", broken);
    socket.on("close", () => broken(new Error("the server closed the connection")));
    socket.on("data", (octets: Buffer) => this.#read(octets.toString("latin1")));
  }

  #read(text: string): void {
    const lines = (this.#received + text).split("\r\n");
    this.#received = lines.pop() ?? "";
    for (const each of lines) {
      if (each[3] === "-") continue;
      if (!/^[23]/.test(each)) this.#arrived?.reject(new Error(each));
      this.#wanted -= 1;
    }
    if (this.#wanted === 0) this.#arrived?.resolve();
  }

  async #replies(count: number): Promise<void> {
    this.#wanted += count;
    if (this.#wanted === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#arrived = { resolve, reject };
    await promise;
  }
}

let sent = 0;

async function sendOne(connection: Connection): Promise<void> {
  if (!connection.isOpen) await connection.open();
  sent += 1;
  await connection.send(sent, load.recipients[sent % load.recipients.length] ?? "");
  if (!load.keepConnection) connection.close();
}

/** As fast as the server goes: each sender sends its next message when the last one was taken. */
async function closedLoop(connections: readonly Connection[]): Promise<LoadOutcome> {
  let left = load.messages;
  const from = performance.now();
  await Promise.all(
    connections.map(async (connection) => {
      while (left > 0) {
        left -= 1;
        await sendOne(connection);
      }
    }),
  );
  return { seconds: (performance.now() - from) / 1000, messages: load.messages, latenciesMs: [] };
}

/**
 * Messages become due at random at an even rate, whatever the server does. Their time counts from when they were due, so
 * that those that wait behind a slow one count as slow themselves.
 */
async function openLoop(connections: readonly Connection[], perSecond: number): Promise<LoadOutcome> {
  const latenciesMs: number[] = [];
  const waiting: number[] = [];
  const idle = [...connections];
  const done = Promise.withResolvers<void>();
  const from = performance.now();
  let dueMs = from;
  let left = load.messages;
  const serve = async (connection: Connection): Promise<void> => {
    for (let since = waiting.shift(); since !== undefined; since = waiting.shift()) {
      await sendOne(connection);
      latenciesMs.push(performance.now() - since);
    }
    idle.push(connection);
    if (latenciesMs.length === load.messages) done.resolve();
  };
  const tick = (): void => {
    for (const now = performance.now(); dueMs <= now && left > 0; left -= 1) {
      waiting.push(dueMs);
      // A Poisson process: gaps are exponential.
      dueMs += (-Math.log(1 - Math.random()) * 1000) / perSecond;
    }
    while (waiting.length > 0 && idle.length > 0) {
      const connection = idle.pop();
      if (connection !== undefined) serve(connection).catch(done.reject);
    }
    if (left > 0) setTimeout(tick, Math.max(0, dueMs - performance.now()));
  };
  tick();
  await done.promise;
  return { seconds: (performance.now() - from) / 1000, messages: load.messages, latenciesMs };
}

const connections = Array.from({ length: load.senders }, () => new Connection(load.port));
if (load.keepConnection) for (const connection of connections) await connection.open();
const outcome =
  load.perSecond === undefined ? await closedLoop(connections) : await openLoop(connections, load.perSecond);
console.log(JSON.stringify(outcome));
for (const connection of connections) if (connection.isOpen) connection.close();
