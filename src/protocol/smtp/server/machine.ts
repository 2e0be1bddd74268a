// SPDX-License-Identifier: Apache-2.0
import { limits } from "../../../base/limits.ts";
import { DotUnstuffer } from "../../wire/dot-transparency.ts";
import { LineSplitter } from "../../wire/line-splitter.ts";
import type { OptionalExtension } from "../extensions.ts";
import { type Refusal, refusals } from "../refusal.ts";
import { type Reply, reply } from "../reply.ts";
import { auth, signInResponse } from "./commands/auth.ts";
import { bdat } from "./commands/bdat.ts";
import { data } from "./commands/data.ts";
import { expn } from "./commands/expn.ts";
import { ehlo, helo } from "./commands/hello.ts";
import { help } from "./commands/help.ts";
import { mail, mailAfterChunk } from "./commands/mail.ts";
import { noop } from "./commands/noop.ts";
import { badSequence, dataAndBdat, helloFirst, mailFirst } from "./commands/out-of-order.ts";
import { quit } from "./commands/quit.ts";
import { rcpt } from "./commands/rcpt.ts";
import { rset } from "./commands/rset.ts";
import { startTls } from "./commands/starttls.ts";
import { vrfy } from "./commands/vrfy.ts";
import type {
  Answer,
  CommandState,
  Conversation,
  Handler,
  SmtpServerEffect,
  SmtpServerEvent,
  SmtpServerSettings,
  State,
} from "./machine-types.ts";

type Row = readonly [Handler<"connected">, Handler<"ready">, Handler<"envelope">, Handler<"chunks">];

export const columns = ["connected", "ready", "envelope", "chunks"] as const;

/** Every verb in every state in which one is read. `docs/smtp-server-table.md` is made from this. */
export const table = {
  //          connected    ready      envelope     chunks (between two BDAT)
  EHLO: [ehlo, ehlo, ehlo, ehlo], // RFC 5321 §4.1.4: begins anew at any time
  HELO: [helo, helo, helo, helo],
  STARTTLS: [helloFirst, startTls, badSequence, badSequence], // RFC 3207 §4
  AUTH: [auth, auth, auth, auth], // RFC 4954 §4: not within a transaction; in clear never
  MAIL: [helloFirst, mail, badSequence, mailAfterChunk], // RFC 5321 §3.3: transactions do not nest
  RCPT: [helloFirst, mailFirst, rcpt, badSequence],
  DATA: [helloFirst, mailFirst, data, dataAndBdat],
  BDAT: [bdat, bdat, bdat, bdat], // RFC 3030 §2: the octets are read in every case
  RSET: [rset, rset, rset, rset],
  NOOP: [noop, noop, noop, noop],
  VRFY: [vrfy, vrfy, vrfy, vrfy],
  EXPN: [expn, expn, expn, expn],
  HELP: [help, help, help, help],
  QUIT: [quit, quit, quit, quit],
} as const satisfies Record<string, Row>;

type Verb = keyof typeof table;

/** What brings no message nearer; an honest peer needs a few of them for each. */
const verbsWithoutMail: ReadonlySet<string> = new Set(["EHLO", "HELO", "RSET", "NOOP", "VRFY", "EXPN", "HELP"]);

/**
 * The server side of an SMTP conversation (RFC 5321). Pure: octets and answers in, effects out; no socket, no file, no
 * clock. One machine lives from the greeting to STARTTLS, another from there to the end.
 */
export class SmtpServerMachine implements Conversation {
  settings: SmtpServerSettings;
  withheldNext: readonly OptionalExtension[] | undefined;
  state: State = { name: "connected" };
  signedIn = false;
  readonly #lines: LineSplitter;
  #unstuffer = new DotUnstuffer();
  #effects: SmtpServerEffect[] = [];
  #question: ((answer: Answer) => void) | undefined;
  #paused = false;
  #errors = 0;
  #commands = 0;
  #commandsWithoutMail = 0;

  constructor(settings: SmtpServerSettings) {
    this.settings = settings;
    this.#lines = new LineSplitter(settings.maxLineBytes);
  }

  handle(event: SmtpServerEvent): readonly SmtpServerEffect[] {
    this.#effects = [];
    switch (event.type) {
      case "connected":
        // RFC 5321 §4.3.1; no enhanced code (RFC 2034 §4).
        this.reply(220, undefined, `${this.settings.hostName} ESMTP Postern`);
        break;
      case "bytes":
        if (this.state.name !== "over") this.#lines.push(event.bytes);
        break;
      case "answer":
        this.#takeAnswer(event.answer);
        break;
      case "resume":
        break;
    }
    this.#run();
    return this.#effects;
  }

  /** Commands are there that wait until the effects given last are carried out; then send `resume`. */
  get paused(): boolean {
    return this.#paused;
  }

  /** No transaction is open: a good moment to end the conversation from our side. */
  get betweenTransactions(): boolean {
    const { name } = this.state;
    const quiet = name === "connected" || name === "ready" || name === "sign-in" || name === "sign-in-denied";
    return quiet && this.#question === undefined;
  }

  /** Octets that come now are mail data. */
  get readsContent(): boolean {
    return this.state.name === "content" || this.state.name === "chunk";
  }

  /** Ends the conversation from our side (RFC 5321 §3.8: 421 at any time). */
  end(refusal: Refusal): readonly SmtpServerEffect[] {
    this.#effects = [];
    if (this.state.name !== "over") {
      if (!this.betweenTransactions) this.emit({ type: "discard" });
      this.#close(refusal);
    }
    this.#question = undefined;
    this.#paused = false;
    return this.#effects;
  }

  get pendingBytes(): number {
    return this.#lines.heldBytes;
  }

  reply(code: number, enhanced: string | undefined, ...lines: string[]): void {
    this.emit({ type: "reply", reply: reply(code, enhanced, ...lines) });
  }

  refuse(refusal: Refusal): void {
    if (refusal.closes === true) {
      this.#close(refusal);
      return;
    }
    this.emit({ type: "reply", reply: refusal.reply, refusal });
    if (refusal.reply.code >= 500 && refusal.relayed !== true) this.#errors += 1;
    if (this.#errors >= this.settings.maxErrors) this.#endSession(refusals.tooManyErrors);
  }

  ask(effect: Extract<SmtpServerEffect, { readonly type: `ask-${string}` }>, then: (answer: Answer) => void): void {
    this.#question = then;
    this.emit(effect);
  }

  emit(effect: SmtpServerEffect): void {
    this.#effects.push(effect);
  }

  #takeAnswer(answer: Answer): void {
    const then = this.#question;
    if (then === undefined) throw new TypeError("an answer without a question");
    this.#question = undefined;
    then(answer);
  }

  #run(): void {
    let goesOn = true;
    this.#paused = false;
    while (goesOn && this.#question === undefined) {
      if (this.#effects.length >= limits.effectsPerTurn && this.#lines.heldBytes > 0) {
        this.#paused = true;
        return;
      }
      switch (this.state.name) {
        case "content":
          goesOn = this.#readContent(this.state);
          break;
        case "chunk":
          goesOn = this.#readChunk(this.state);
          break;
        case "sign-in":
        case "sign-in-denied":
          goesOn = this.#readResponse(this.state);
          break;
        case "connected":
        case "ready":
        case "envelope":
        case "chunks":
          goesOn = this.#readCommand(this.state);
          break;
        case "over":
          goesOn = false;
          break;
      }
    }
  }

  #readCommand(state: CommandState): boolean {
    const { maxLineBytes, encrypted, mechanisms = [] } = this.settings;
    // An initial response of AUTH may be a long token.
    const takesSignIn = encrypted && mechanisms.length > 0;
    const next = this.#lines.next(takesSignIn ? Math.max(maxLineBytes, limits.saslLineBytes) : maxLineBytes);
    switch (next.kind) {
      case "more":
        break;
      case "too-long":
        this.refuse(refusals.lineTooLong);
        break;
      case "endless":
        this.#endSession(refusals.lineEndless);
        break;
      case "malformed":
        this.refuse(refusals.malformedLine);
        break;
      case "line":
        this.#command(next.line, state);
        break;
    }
    return next.kind !== "more";
  }

  /** A line of the client within AUTH. */
  #readResponse(state: Extract<State, { readonly name: "sign-in" | "sign-in-denied" }>): boolean {
    const next = this.#lines.next(limits.saslLineBytes);
    if (next.kind === "more") return false;
    if (state.name === "sign-in" && next.kind === "line") {
      signInResponse(this, next.line.toString("latin1"), state);
      return true;
    }
    this.state = { name: "ready", hello: state.hello };
    if (next.kind === "endless") this.refuse(refusals.lineEndless);
    else if (state.name === "sign-in-denied") this.refuse(state.refusal);
    else this.refuse(next.kind === "too-long" ? refusals.signInTooLong : refusals.signInSyntax);
    return true;
  }

  #command(octets: Buffer, state: CommandState): void {
    this.#commands += 1;
    if (this.#commands > this.settings.maxCommands) {
      this.#endSession(refusals.tooManyCommands);
      return;
    }
    const line = octets.toString("utf8");
    const blank = line.indexOf(" ");
    const verb = (blank < 0 ? line : line.slice(0, blank)).toUpperCase();
    const text = blank < 0 ? "" : line.slice(blank + 1);
    if (verbsWithoutMail.has(verb)) this.#commandsWithoutMail += 1;
    if (this.#commandsWithoutMail > limits.commandsWithoutMail) this.#endSession(refusals.tooManyCommands);
    else if (verb !== "AUTH" && octets.length + 2 > this.settings.maxLineBytes) this.refuse(refusals.lineTooLong);
    else if (isVerb(verb)) dispatch(this, table[verb], state, text);
    else this.refuse(refusals.unknownCommand);
  }

  #readContent(state: Extract<State, { readonly name: "content" }>): boolean {
    const input = this.#lines.takeRest();
    if (input.length === 0) return false;
    const { content, rest } = this.#unstuffer.update(input);
    let { receivedBytes, failed } = state;
    for (const bytes of content) {
      receivedBytes += bytes.length;
      if (failed === undefined && receivedBytes > this.settings.maxMessageBytes) {
        // Read to the real end all the same: what follows is content, not commands.
        failed = refusals.tooLarge;
        this.emit({ type: "discard" });
      }
      if (failed === undefined) this.emit({ type: "content", bytes });
    }
    this.state = { ...state, receivedBytes, failed };
    if (rest === undefined) return false;
    this.#unstuffer = new DotUnstuffer();
    this.#lines.push(rest);
    this.state = { name: "ready", hello: state.hello };
    this.#contentEnded(failed);
    return true;
  }

  #readChunk(state: Extract<State, { readonly name: "chunk" }>): boolean {
    if (state.remainingBytes > 0) {
      const input = this.#lines.takeRest();
      if (input.length === 0) return false;
      const bytes = input.subarray(0, state.remainingBytes);
      if (bytes.length < input.length) this.#lines.push(input.subarray(bytes.length));
      if (state.failed === undefined) this.emit({ type: "content", bytes });
      this.state = { ...state, remainingBytes: state.remainingBytes - bytes.length };
      return true;
    }
    this.#chunkEnded(state);
    return true;
  }

  #chunkEnded({ after, last, failed, failedBefore }: Extract<State, { readonly name: "chunk" }>): void {
    // The last chunk ends the transaction, kept or failed (RFC 3030 §2).
    this.state = last && after.name === "chunks" ? { name: "ready", hello: after.hello } : after;
    if (failed !== undefined && failedBefore) this.emit({ type: "reply", reply: failed.reply });
    else if (last) this.#contentEnded(failed);
    else if (failed === undefined) this.reply(250, "2.0.0", "Octets received");
    else this.refuse(failed);
  }

  #contentEnded(failed: Refusal | undefined): void {
    if (failed !== undefined) {
      this.refuse(failed);
      return;
    }
    this.ask({ type: "ask-commit" }, (answer) => {
      if (!answer.accepted) this.refuse(answer.refusal);
      else this.#kept(answer.reply);
    });
  }

  #kept(given: Reply | undefined): void {
    // A peer that brings mail is no probe: its slips are forgotten, or a long session would add them up.
    this.#errors = 0;
    this.#commandsWithoutMail = 0;
    if (given === undefined) this.reply(250, "2.0.0", "Kept");
    else this.emit({ type: "reply", reply: given });
  }

  #endSession(refusal: Refusal): void {
    if (this.state.name === "chunks") this.emit({ type: "discard" });
    this.#close(refusal);
  }

  #close(refusal: Refusal): void {
    this.emit({ type: "reply", reply: refusal.reply, refusal });
    this.state = { name: "over" };
    this.emit({ type: "close" });
  }
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(table, text);
}

function dispatch(conversation: Conversation, row: Row, state: CommandState, text: string): void {
  switch (state.name) {
    case "connected":
      row[0](conversation, text, state);
      return;
    case "ready":
      row[1](conversation, text, state);
      return;
    case "envelope":
      row[2](conversation, text, state);
      return;
    case "chunks":
      row[3](conversation, text, state);
      return;
  }
}
