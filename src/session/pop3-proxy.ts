// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import type { Connection } from "../base/connection.ts";
import { describeError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../observe/log.ts";
import type { Pop3ClientCommand } from "../protocol/pop3/client/machine-types.ts";
import { readProxyCommand } from "../protocol/pop3/proxy-command.ts";
import { type Pop3Refusal, pop3Refusals } from "../protocol/pop3/refusal.ts";
import { negative } from "../protocol/pop3/response.ts";
import { LineSplitter } from "../protocol/wire/line-splitter.ts";
import { ClientOutput } from "./client-output.ts";
import type { HeldOctets } from "./held-octets.ts";
import { PassingMessages } from "./passing-messages.ts";
import { Errands, type UpstreamLeg } from "./pop3-errands.ts";
import type { Pop3Recorder } from "./pop3-recorder.ts";
import { askedUniqueId, passed, passedCapabilities, passedListing, RelayedAnswers } from "./relayed-errands.ts";
import { type Arrival, type Octets, TwoLegs } from "./two-legs.ts";

export interface Pop3ProxySettings {
  /** Refused commands after which the session is closed. */
  readonly maxErrors: number;
  /** The longest command line, CRLF included (RFC 2449 §4). */
  readonly maxLineBytes: number;
  /** Autologout (RFC 1939 §3). */
  readonly idleMs: number;
}

export interface Pop3ProxyParts {
  readonly client: Connection;
  /** What the client said behind its sign-in. */
  readonly pending: Buffer;
  readonly upstream: UpstreamLeg;
  readonly recorder: Pop3Recorder;
  readonly held: HeldOctets;
  readonly clock: Clock;
  /** Aborted when the gateway waits no longer for its sessions. */
  readonly stopped: AbortSignal;
  /** Names connection, mailbox and upstream in every event. */
  readonly log: Log;
}

/**
 * Serves a client of the recording proxy from its sign-in to the end, on both connections. A message that the client
 * fetches whole is in its record before the client learns that it has it; a message that was never recorded is not
 * removed at the upstream (I3). Whatever fails, fails without QUIT: the upstream keeps its mail (RFC 1939 §6).
 */
export async function servePop3Proxy(parts: Pop3ProxyParts, settings: Pop3ProxySettings): Promise<void> {
  await new Pop3ProxySession(parts, settings).run();
}

class Pop3ProxySession {
  readonly #parts: Pop3ProxyParts;
  readonly #settings: Pop3ProxySettings;
  readonly #output: ClientOutput;
  readonly #lines: LineSplitter;
  readonly #legs: TwoLegs;
  readonly #messages: PassingMessages;
  readonly #errands: Errands;
  readonly #answers: RelayedAnswers;
  /** A command that goes only when everything before it is done. */
  #alone: (() => Promise<void>) | undefined;
  #clientEnded = false;
  #errors = 0;
  /** When the upstream last said something, or was asked. */
  #upstreamMs: number;
  /** When the client last said something, or got an answer. */
  #clientMs: number;
  #end: string | undefined;

  constructor(parts: Pop3ProxyParts, settings: Pop3ProxySettings) {
    const { client, upstream, recorder, held, log } = parts;
    this.#parts = parts;
    this.#settings = settings;
    this.#output = new ClientOutput(client, held);
    this.#lines = new LineSplitter(settings.maxLineBytes);
    this.#lines.push(parts.pending);
    this.#messages = new PassingMessages(recorder, log);
    this.#answers = new RelayedAnswers(this.#output);
    this.#errands = new Errands(upstream, (text) => this.#output.say(text));
    this.#upstreamMs = this.#clientMs = parts.clock.monotonicMs();
    this.#legs = new TwoLegs(
      () => client.read(settings.idleMs),
      () => upstream.connection.read(limits.upstreamAnswerMs),
    );
  }

  async run(): Promise<void> {
    const { client, upstream, stopped, log } = this.#parts;
    const hangUp = (): void => upstream.connection.destroy();
    stopped.addEventListener("abort", hangUp);
    if (stopped.aborted) hangUp();
    try {
      while (this.#end === undefined) {
        await this.#takeCommands();
        if (this.#isOver) break;
        await this.#output.flush();
        if (this.#output.lost) this.#finish("client-lost");
        else await this.#hear();
      }
    } finally {
      stopped.removeEventListener("abort", hangUp);
      await this.#messages.abort();
      // After a good-bye on both sides these change nothing.
      upstream.connection.destroy();
      client.destroy();
      // Records that were begun come to their end.
      await this.#output.drained();
      log.event("pop3-proxy/closed", { cause: this.#end ?? "fault", ...this.#messages.counts });
    }
  }

  get #isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Reads commands as far as they may go out now. */
  async #takeCommands(): Promise<void> {
    while (!this.#isOver) {
      if (this.#alone !== undefined) {
        if (this.#errands.count > 0) return;
        const alone = this.#alone;
        this.#alone = undefined;
        await this.#output.drained();
        if (!this.#isOver) await alone();
      } else {
        if (this.#errands.count >= limits.pop3CommandsAhead) return;
        if (!this.#takeLine()) break;
      }
    }
    if (this.#clientEnded && this.#errands.count === 0) {
      // Records may be on their way, and one of them may fail.
      await this.#output.drained();
      if (!this.#isOver) await this.#leave("client-ended");
    }
  }

  /** `false`: no whole line is there. */
  #takeLine(): boolean {
    const next = this.#lines.next();
    if (next.kind === "more") return false;
    if (next.kind === "endless") {
      this.#refuse(pop3Refusals.lineEndless);
      this.#alone = () => this.#leave("line-endless");
      return true;
    }
    if (next.kind !== "line")
      this.#refuse(next.kind === "too-long" ? pop3Refusals.lineTooLong : pop3Refusals.malformedLine);
    else {
      const read = readProxyCommand(next.line);
      if (read.kind === "refused") this.#refuse(read.refusal);
      else this.#command(read.command);
    }
    if (this.#errors >= this.#settings.maxErrors) this.#alone = () => this.#leave("too-many-errors");
    return true;
  }

  #command(command: Pop3ClientCommand): void {
    switch (command.verb) {
      case "RETR":
        return this.#retrieve(command.message);
      case "DELE":
        if (this.#messages.isRecorded(command.message)) this.#passDelete(command.message);
        else this.#alone = () => this.#deleteUnseen(command.message);
        return undefined;
      case "QUIT":
        this.#alone = () => this.#quit();
        return undefined;
      case "CAPA":
        return this.#send(passedCapabilities(this.#answers));
      case "UIDL":
        return this.#send(
          command.message === undefined
            ? passedListing(this.#answers, this.#messages.uniqueIds)
            : askedUniqueId(command.message, this.#messages.uniqueIds, this.#answers),
        );
      case "RSET":
        return this.#send(passed(this.#answers, command, () => this.#messages.unmarkAll()));
      case "STAT":
      case "NOOP":
      case "LIST":
      case "TOP":
        // A part of a message (TOP) is no message: it is not recorded.
        return this.#send(passed(this.#answers, command));
    }
  }

  /** A question of ours, before the upstream is asked for the message itself. */
  #askUniqueId(message: number): void {
    if (this.#messages.lacksUniqueId(message)) this.#send(askedUniqueId(message, this.#messages.uniqueIds));
  }

  #retrieve(message: number): void {
    // Better now than when the message is half there: then only hanging up is left.
    if (!this.#messages.areRecordable) return this.#refuse(pop3Refusals.notRecordable);
    this.#askUniqueId(message);
    this.#send({
      command: { verb: "RETR", message },
      response: async (response) => {
        if (!response.ok || (await this.#record(() => this.#messages.start(message))))
          this.#answers.begin(response, response.ok);
      },
      body: async (stuffed, content) => {
        const recorded = this.#record(() => this.#messages.write(content));
        // Capture keeps nothing of what it was given.
        await this.#answers.bodyOwn(stuffed);
        await recorded;
      },
      end: () => this.#answers.endWhen(this.#record(() => this.#messages.finish(message))),
    });
    return undefined;
  }

  #passDelete(message: number): void {
    this.#send(passed(this.#answers, { verb: "DELE", message }, () => this.#messages.mark(message)));
  }

  /** DELE of a message that did not pass in this session: it was recorded earlier, or it is recorded now (I3). */
  async #deleteUnseen(message: number): Promise<void> {
    if (!this.#messages.isRecorded(message)) {
      this.#askUniqueId(message);
      await this.#untilAnswered();
      if (!this.#isOver && !(await this.#messages.wasRecordedBefore(message))) await this.#fetch(message);
    }
    // If it is not, the client was told why the message stays where it is.
    if (!this.#isOver && this.#messages.isRecorded(message)) this.#passDelete(message);
  }

  /** Fetches a message for its record alone. */
  async #fetch(message: number): Promise<void> {
    if (!this.#messages.areRecordable) return this.#refuse(pop3Refusals.notRecordable);
    this.#send({
      command: { verb: "RETR", message },
      response: async (response) => {
        if (response.ok) await this.#record(() => this.#messages.start(message));
        else this.#answers.begin(response, false);
      },
      body: async (_stuffed, content) => {
        await this.#record(() => this.#messages.write(content));
      },
      end: async () => {
        await this.#record(() => this.#messages.finish(message));
      },
    });
    return this.#untilAnswered();
  }

  /** QUIT goes out when everything before it is recorded and answered: it makes removals happen (RFC 1939 §6). */
  async #quit(): Promise<void> {
    this.#send({
      command: { verb: "QUIT" },
      response: (response) => {
        if (response.ok) this.#messages.forgetMarked();
        this.#answers.begin(response, false);
      },
    });
    await this.#untilAnswered();
    if (this.#isOver) return;
    const { connection } = this.#parts.upstream;
    await Promise.all([this.#leave("quit"), connection.end()]);
  }

  /** A step of recording. `false`: it failed, or the session is over. */
  async #record(step: () => Promise<void> | void): Promise<boolean> {
    if (this.#isOver) return false;
    try {
      await step();
      return !this.#isOver;
    } catch (error) {
      // I3: the client gets no end of the message, and the upstream no QUIT that it could take for a success.
      this.#parts.log.event("pop3-proxy/not-recorded", { cause: describeError(error) });
      this.#hangUp("not-recorded");
      return false;
    }
  }

  #send(errand: Parameters<Errands["send"]>[0]): void {
    this.#upstreamMs = this.#parts.clock.monotonicMs();
    this.#errands.send(errand);
  }

  async #hear(): Promise<void> {
    const mayAsk = !this.#clientEnded && this.#alone === undefined && this.#errands.count < limits.pop3CommandsAhead;
    const { from, octets } = await this.#next(mayAsk ? "both" : "upstream");
    await (from === "upstream" ? this.#hearUpstream(octets) : this.#hearClient(octets));
  }

  #next(sides: "both" | "upstream"): Promise<Arrival> {
    this.#errands.flush();
    return this.#legs.next(sides);
  }

  async #hearClient(octets: Octets): Promise<void> {
    switch (octets) {
      case "ended":
        this.#clientEnded = true;
        return;
      case "lost":
        this.#finish("client-lost");
        return;
      case "timed-out":
        // RFC 1939 §3: autologout removes nothing and says nothing. Who waits for an answer is not idle.
        if (this.#errands.count === 0 && this.#sinceMs(this.#clientMs) >= this.#settings.idleMs - 100)
          await this.#leave("idle");
        return;
      case "draining":
        // A session may end by itself: breaking it off would undo the removals that it has asked for.
        return;
      default:
        this.#clientMs = this.#parts.clock.monotonicMs();
        this.#lines.push(octets);
    }
  }

  async #hearUpstream(octets: Octets): Promise<void> {
    if (Buffer.isBuffer(octets)) {
      this.#upstreamMs = this.#clientMs = this.#parts.clock.monotonicMs();
      for (const effect of this.#parts.upstream.machine.handle({ type: "bytes", bytes: octets })) {
        const broken = await this.#errands.take(effect);
        if (broken !== undefined) await this.#loseUpstream(broken);
        if (this.#isOver) return;
      }
    } else if (octets !== "timed-out") await this.#loseUpstream("it closed the connection");
    else if (this.#errands.count > 0 && this.#sinceMs(this.#upstreamMs) >= limits.upstreamAnswerMs - 100)
      await this.#loseUpstream("it stopped answering");
  }

  /** Nothing but the upstream is heard until every errand is done. */
  async #untilAnswered(): Promise<void> {
    while (this.#errands.count > 0 && !this.#isOver) {
      const { octets } = await this.#next("upstream");
      await this.#hearUpstream(octets);
    }
  }

  #refuse(refusal: Pop3Refusal): void {
    this.#parts.log.event("pop3-proxy/refused", { cause: refusal.cause });
    // What is our trouble is no error of this client.
    if (refusal.code === undefined) this.#errors += 1;
    this.#errands.answer(negative(refusal.text, refusal.code));
  }

  /** The upstream is gone. Who waits for an answer and has nothing of it is told; else the closed connection tells. */
  async #loseUpstream(how: string): Promise<void> {
    this.#parts.log.event("pop3-proxy/upstream-lost", { cause: how.slice(0, 200) });
    // What was received whole before is the client's, once it is recorded.
    await this.#output.drained();
    if (this.#isOver) return undefined;
    if (this.#answers.isWithin) return this.#hangUp("upstream-lost");
    const { text, code } = pop3Refusals.upstreamLost;
    if (this.#errands.count > 0) this.#output.say(negative(text, code));
    return this.#leave("upstream-lost");
  }

  /** Says what is left to say and closes the client's connection. The upstream is left as it is. */
  async #leave(cause: string): Promise<void> {
    this.#finish(cause);
    await this.#output.drained();
    await this.#parts.client.end();
  }

  /** Closes both connections where they are: nobody can take that for an end. */
  #hangUp(cause: string): void {
    this.#finish(cause);
    this.#parts.client.destroy();
    this.#parts.upstream.connection.destroy();
  }

  #finish(cause: string): void {
    this.#end ??= cause;
  }

  #sinceMs(ms: number): number {
    return this.#parts.clock.monotonicMs() - ms;
  }
}
