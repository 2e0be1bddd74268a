// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import type { CreatedMailbox, GatewayPorts } from "../support/gateway-process.ts";
import { Pop3Client } from "../support/pop3-client.ts";
import { SmtpClient } from "../support/smtp-client.ts";

const contentBytes = 4096;
/** A sender connects anew after so many messages, so that getting in is measured too. */
const messagesPerConnection = 25;
const retryMs = 100;
const pullPauseMs = 400;

/** One thing that a normal client wanted done: when it was due, and how long it then took. */
export interface Sample {
  readonly dueMs: number;
  readonly tookMs: number;
}

export interface NormalClientOptions {
  readonly ports: GatewayPorts;
  readonly certificate: string;
  readonly mailbox: CreatedMailbox;
  /** Messages a second of each sender. */
  readonly perSecond: number;
}

/**
 * What an organisation does all day: journal senders over verified TLS, one by DATA and one by BDAT, at a steady pace,
 * and an archive that pulls and removes. A message that is late counts from when it was due, so that a gateway that
 * stands still for a second is seen as that. Keeps a ledger of what was acknowledged and what came back.
 */
export class NormalClient {
  readonly sent: Sample[] = [];
  readonly pulls: Sample[] = [];
  /** Connections that did not come about or broke, with what was said. */
  readonly troubles: string[] = [];
  readonly #options: NormalClientOptions;
  /** What was acknowledged: digest of the content by the number of the message. */
  readonly #acknowledged = new Map<string, string>();
  readonly #pulled = new Map<string, string[]>();
  #running: Promise<unknown> | undefined;
  #stopping = false;
  #next = 0;

  constructor(options: NormalClientOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = Promise.all([this.#send("DATA"), this.#send("BDAT"), this.#pull()]);
  }

  /** Stops, pulls what is left, and says what is wrong with the mail, a line each. */
  async stop(): Promise<readonly string[]> {
    this.#stopping = true;
    await this.#running;
    // What was not heard to be acknowledged may come later than the first look.
    await this.#pullOnce();
    const wrong: string[] = [];
    for (const [number, digest] of this.#acknowledged) {
      const copies = this.#pulled.get(number) ?? [];
      if (copies.length === 0) wrong.push(`message ${number} was acknowledged and is not there`);
      if (copies.some((copy) => copy !== digest)) wrong.push(`message ${number} is not what was sent`);
      if (copies.length > 1) wrong.push(`message ${number} is there ${copies.length} times`);
    }
    return wrong;
  }

  /** Waits until so many more messages were acknowledged and one more pull was done; `false`: that does not come. */
  async goesOn(messages: number): Promise<boolean> {
    const [sent, pulls] = [this.sent.length + messages, this.pulls.length + 1];
    const deadlineMs = performance.now() + 120_000;
    while (this.sent.length < sent || this.pulls.length < pulls) {
      if (performance.now() > deadlineMs) return false;
      await untilMs(performance.now() + 50);
    }
    return true;
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  async #send(way: "DATA" | "BDAT"): Promise<void> {
    const intervalMs = 1000 / this.#options.perSecond;
    const startedMs = performance.now();
    let client: SmtpClient | undefined;
    for (let count = 0; !this.#stopping; count++) {
      const dueMs = startedMs + count * intervalMs;
      await untilMs(dueMs);
      const number = String(++this.#next);
      const content = contentOf(number);
      for (let done = false; !done && !this.#stopping; ) {
        try {
          if (client === undefined || count % messagesPerConnection === 0) {
            client?.peer.destroy();
            client = await this.#connect();
          }
          await this.#deliver(client, { number, content, way });
          done = true;
        } catch (error) {
          this.#note(error);
          client?.peer.destroy();
          client = undefined;
          await untilMs(performance.now() + retryMs);
        }
      }
      if (!this.#stopping) this.sent.push({ dueMs, tookMs: performance.now() - dueMs });
    }
    client?.peer.destroy();
  }

  async #connect(): Promise<SmtpClient> {
    const { ports, certificate } = this.#options;
    return withPatience("a connection", SmtpClient.open({ port: ports.smtp, startTls: { ca: certificate } }));
  }

  async #deliver(
    client: SmtpClient,
    { number, content, way }: { readonly number: string; readonly content: Buffer; readonly way: "DATA" | "BDAT" },
  ): Promise<void> {
    const transaction = {
      from: "journal@sender.test",
      to: [this.#options.mailbox.address],
      content,
      ...(way === "BDAT" ? { chunkBytes: [1500] } : {}),
    };
    const reply = await withPatience("a reply", client.deliver(transaction));
    if (reply.code !== 250) throw new Error(`${reply.code} ${reply.text}`);
    this.#acknowledged.set(number, digestOf(content));
  }

  async #pull(): Promise<void> {
    while (!this.#stopping) {
      const dueMs = performance.now();
      try {
        await this.#pullOnce();
        this.pulls.push({ dueMs, tookMs: performance.now() - dueMs });
      } catch (error) {
        this.#note(error);
      }
      await untilMs(performance.now() + pullPauseMs);
    }
  }

  async #pullOnce(): Promise<void> {
    const { ports, certificate, mailbox } = this.#options;
    const client = await withPatience(
      "a pull connection",
      Pop3Client.connect({ port: ports.pop3s, tls: { ca: certificate } }),
    );
    try {
      await withPatience("the pull", this.#pullAll(client, mailbox));
    } finally {
      client.peer.destroy();
    }
  }

  async #pullAll(client: Pop3Client, mailbox: CreatedMailbox): Promise<void> {
    await client.signIn(mailbox.id, mailbox.password);
    const count = Number((await client.command("STAT")).split(" ")[0]);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const fetched: [string, string][] = [];
    for await (const message of client.retrievePipelined(numbers)) {
      const text = message.toString("latin1");
      const number = /^Subject: normal (\d+)\r$/m.exec(text)?.[1];
      if (number === undefined) continue;
      // The trace block stands before the content (docs/formats/trace-block.md).
      const content = message.subarray(text.indexOf("Subject: normal "));
      fetched.push([number, digestOf(content)]);
    }
    await client.askPipelined(numbers.map((number) => `DELE ${number}`));
    await client.quit();
    for (const [number, digest] of fetched) this.#pulled.set(number, [...(this.#pulled.get(number) ?? []), digest]);
  }

  #note(error: unknown): void {
    this.troubles.push(error instanceof Error ? error.message : String(error));
  }
}

function contentOf(number: string): Buffer {
  const header = `Subject: normal ${number}\r\n\r\n`;
  const line = `${number.padEnd(70, ".")}\r\n`;
  return Buffer.from(header + line.repeat(Math.floor(contentBytes / line.length)), "latin1");
}

function digestOf(content: Buffer): string {
  return createHash("sha256").update(content).digest("base64");
}

function untilMs(dueMs: number): Promise<void> {
  const leftMs = dueMs - performance.now();
  return leftMs <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, leftMs));
}

/** Nobody waits for a minute; what takes so long has failed. */
async function withPatience<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), 60_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
