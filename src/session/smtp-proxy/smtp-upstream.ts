// SPDX-License-Identifier: Apache-2.0

import type { Extensions } from "../../protocol/smtp/client/extensions.ts";
import type { SmtpClientMachine } from "../../protocol/smtp/client/machine.ts";
import type { SmtpClientCommand, SmtpClientEffect, SmtpClientEvent } from "../../protocol/smtp/client/machine-types.ts";
import type { Reply } from "../../protocol/smtp/reply.ts";
import type { UpstreamConnection } from "../../upstream/upstream-connection.ts";

/** What came to a command: a reply, or the end of the conversation without one. */
export type UpstreamAnswer = { readonly kind: "reply"; readonly reply: Reply } | UpstreamEnd;

export interface UpstreamEnd {
  readonly kind: "gone";
  /**
   * `closing`: it said 421. `lost`: the connection broke or was closed. `silent`: no reply in time. `broken`: what it said
   * was no SMTP. `dropped`: we hung up.
   */
  readonly cause: "closing" | "lost" | "silent" | "broken" | "dropped";
  /** The 421. */
  readonly reply?: Reply;
}

export interface SmtpUpstreamTimes {
  /** RFC 5321 §4.5.3.2: five minutes for a reply to MAIL, RCPT and the like. */
  readonly replyMs: number;
  /** RFC 5321 §4.5.3.2.6: ten minutes for the verdict on a message. */
  readonly verdictMs: number;
}

export interface SmtpUpstreamParts {
  readonly connection: Pick<UpstreamConnection, "read" | "write" | "end" | "destroy">;
  readonly machine: SmtpClientMachine;
  readonly offer: Extensions;
  readonly times: SmtpUpstreamTimes;
  /** Ends every wait: the conversation is dropped. */
  readonly stopped: AbortSignal;
}

/** Octets that are gathered into one write: a few TLS records. */
const writeBytes = 64 * 1024;
/** How long a farewell may take. */
const farewellMs = 2_000;
/** The socket is read all the time; a wait that finds nothing begins anew. */
const readMs = 3_600_000;

/**
 * The conversation with an upstream after the sign-in: commands out, replies back in their order. It is read all the
 * time, so that a 421 between two commands of the client is heard. Nothing here rejects: an end is an answer.
 */
export class SmtpUpstream {
  readonly extensions: Extensions;
  readonly #parts: SmtpUpstreamParts;
  readonly #over = Promise.withResolvers<UpstreamEnd>();
  #waiting: readonly Waiting[] = [];
  #end: UpstreamEnd | undefined;
  #drain: Promise<boolean> | undefined;
  #unsent: Buffer[] = [];
  #unsentBytes = 0;
  #sending: NodeJS.Immediate | undefined;
  #refusedContent = false;
  #leaving = false;

  constructor(parts: SmtpUpstreamParts) {
    this.#parts = parts;
    this.extensions = parts.offer;
    parts.stopped.addEventListener("abort", this.#onStop);
    if (parts.stopped.aborted) this.drop();
    void this.#listen();
  }

  /** Set once nothing more can be said. */
  get over(): UpstreamEnd | undefined {
    return this.#end;
  }

  get whenOver(): Promise<UpstreamEnd> {
    return this.#over.promise;
  }

  command(command: SmtpClientCommand): Promise<UpstreamAnswer> {
    return this.#ask({ type: "command", command }, this.#parts.times.replyMs);
  }

  /** Content by BDAT; `last` releases the message. */
  chunk(bytes: Buffer, last: boolean): Promise<UpstreamAnswer> {
    const { replyMs, verdictMs } = this.#parts.times;
    return this.#ask({ type: "chunk", bytes, last }, last ? verdictMs : replyMs);
  }

  /** Content by DATA, after its 354. `false`: it holds a bare CR or LF; only `drop` is left. */
  content(bytes: Buffer): boolean {
    this.#handle({ type: "content", bytes });
    return !this.#refusedContent;
  }

  /** Releases the message. `undefined`: its last line has no CRLF; only `drop` is left. */
  async endOfData(): Promise<UpstreamAnswer | undefined> {
    const answer = this.#ask({ type: "end-of-data" }, this.#parts.times.verdictMs);
    if (this.#refusedContent) {
      this.drop();
      return undefined;
    }
    return answer;
  }

  /** Set while the upstream takes less than we write (I9). */
  get drained(): Promise<boolean> | undefined {
    return this.#drain;
  }

  /** Hangs up at once: what was sent of a message has no end, so it is none. */
  drop(): void {
    this.#finish({ kind: "gone", cause: "dropped" });
  }

  /** Takes leave. */
  async quit(): Promise<void> {
    if (this.#end !== undefined) return;
    this.#leaving = true;
    await this.#ask({ type: "command", command: { verb: "QUIT" } }, farewellMs);
    if (this.#end !== undefined) return;
    await this.#parts.connection.end();
    this.drop();
  }

  #ask(event: SmtpClientEvent, timeoutMs: number): Promise<UpstreamAnswer> {
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#finish({ kind: "gone", cause: "silent" }), timeoutMs);
      this.#waiting = [...this.#waiting, { resolve, timer }];
      this.#handle(event);
      this.#flush();
    });
  }

  async #listen(): Promise<void> {
    while (this.#end === undefined) {
      const bytes = await this.#parts.connection.read(readMs);
      if (Buffer.isBuffer(bytes)) this.#handle({ type: "bytes", bytes });
      else if (bytes !== "timed-out") this.#finish({ kind: "gone", cause: "lost" });
    }
  }

  #handle(event: SmtpClientEvent): void {
    for (const effect of this.#parts.machine.handle(event)) this.#carryOut(effect);
  }

  #carryOut(effect: SmtpClientEffect): void {
    switch (effect.type) {
      case "send":
        this.#send(effect.bytes);
        break;
      case "reply":
        this.#answer(effect.reply);
        break;
      case "content-refused":
        this.#refusedContent = true;
        break;
      case "closing":
        this.#finish({ kind: "gone", cause: "closing", reply: effect.reply });
        break;
      // The rest belongs to the time before the sign-in.
      case "failed":
      case "start-tls":
      case "ready":
      case "derive":
      case "signed-in":
      case "sign-in-refused":
        this.#finish({ kind: "gone", cause: "broken" });
        break;
    }
  }

  /** Pieces of content that come in the same turn leave in one write: each costs as much as 20 KiB of them. */
  #send(bytes: Buffer): void {
    this.#unsent.push(bytes);
    this.#unsentBytes += bytes.length;
    if (this.#unsentBytes >= writeBytes) this.#flush();
    else this.#sending ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearImmediate(this.#sending);
    this.#sending = undefined;
    const [first, ...more] = this.#unsent;
    if (first === undefined || this.#end !== undefined) return;
    const bytes = more.length === 0 ? first : Buffer.concat(this.#unsent, this.#unsentBytes);
    this.#unsent = [];
    this.#unsentBytes = 0;
    const drain = this.#parts.connection.write(bytes);
    if (drain === undefined) return;
    const cleared = drain.finally(() => {
      if (this.#drain === cleared) this.#drain = undefined;
    });
    this.#drain = cleared;
  }

  #answer(reply: Reply): void {
    // RFC 5321 §4.2.1: 3yz asks for more, and 354 is the only one that we know to answer.
    if (reply.code >= 300 && reply.code < 400 && reply.code !== 354) {
      this.#finish({ kind: "gone", cause: "broken" });
      return;
    }
    const [first, ...rest] = this.#waiting;
    this.#waiting = rest;
    if (first === undefined) return;
    clearTimeout(first.timer);
    first.resolve({ kind: "reply", reply });
  }

  #finish(how: UpstreamEnd): void {
    if (this.#end !== undefined) return;
    // After our QUIT whatever happens is the end that we asked for.
    const end: UpstreamEnd = this.#leaving ? { kind: "gone", cause: "dropped" } : how;
    this.#end = end;
    clearImmediate(this.#sending);
    this.#unsent = [];
    this.#parts.stopped.removeEventListener("abort", this.#onStop);
    this.#parts.connection.destroy();
    for (const { resolve, timer } of this.#waiting) {
      clearTimeout(timer);
      resolve(end);
    }
    this.#waiting = [];
    this.#over.resolve(end);
  }

  readonly #onStop = (): void => this.drop();
}

interface Waiting {
  readonly resolve: (answer: UpstreamAnswer) => void;
  readonly timer: NodeJS.Timeout;
}
