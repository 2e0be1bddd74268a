// SPDX-License-Identifier: Apache-2.0
import { noBytes } from "../../../base/bytes.ts";
import { limits } from "../../../base/limits.ts";
import { LineSplitter } from "../../wire/line-splitter.ts";
import { type Pop3Refusal, pop3Refusals } from "../refusal.ts";
import { continuation, multiLine, negative, positive } from "../response.ts";
import { auth, takeResponse } from "./commands/auth.ts";
import { capa } from "./commands/capa.ts";
import { dele } from "./commands/dele.ts";
import { list } from "./commands/list.ts";
import { noop } from "./commands/noop.ts";
import { encryptionRequired, signedInAlready, signInFirst, tlsActive, userFirst } from "./commands/out-of-order.ts";
import { pass } from "./commands/pass.ts";
import { quit, update } from "./commands/quit.ts";
import { retr } from "./commands/retr.ts";
import { rset } from "./commands/rset.ts";
import { stat } from "./commands/stat.ts";
import { stls } from "./commands/stls.ts";
import { top } from "./commands/top.ts";
import { uidl } from "./commands/uidl.ts";
import { user } from "./commands/user.ts";
import { utf8 } from "./commands/utf8.ts";
import type {
  Answer,
  CommandState,
  Conversation,
  Handler,
  Pop3ServerEffect,
  Pop3ServerEvent,
  Pop3ServerSettings,
  Question,
  State,
} from "./machine-types.ts";

type Row = readonly [
  Handler<"authorization-plain">,
  Handler<"authorization">,
  Handler<"user-given">,
  Handler<"transaction">,
];

export const columns = ["authorization-plain", "authorization", "user-given", "transaction"] as const;

/** Every verb in every state in which one is read. `docs/pop3-server-table.md` is made from this. */
export const table = {
  //     authorization-plain authorization user-given   transaction
  CAPA: [capa, capa, capa, capa], // RFC 2449 §5: in both states
  STLS: [stls, tlsActive, tlsActive, signedInAlready], // RFC 2595 §4: in AUTHORIZATION only
  UTF8: [utf8, utf8, utf8, signedInAlready], // RFC 6856 §2.1: in AUTHORIZATION only
  USER: [encryptionRequired, user, user, signedInAlready],
  PASS: [encryptionRequired, userFirst, pass, signedInAlready], // RFC 1939 §7: right after USER
  AUTH: [encryptionRequired, auth, auth, signedInAlready], // RFC 5034 §4
  STAT: [signInFirst, signInFirst, signInFirst, stat],
  LIST: [signInFirst, signInFirst, signInFirst, list],
  UIDL: [signInFirst, signInFirst, signInFirst, uidl],
  RETR: [signInFirst, signInFirst, signInFirst, retr],
  TOP: [signInFirst, signInFirst, signInFirst, top],
  DELE: [signInFirst, signInFirst, signInFirst, dele],
  RSET: [signInFirst, signInFirst, signInFirst, rset],
  NOOP: [signInFirst, signInFirst, signInFirst, noop],
  QUIT: [quit, quit, quit, update], // RFC 1939 §6: only from TRANSACTION is there an UPDATE
} as const satisfies Record<string, Row>;

export type Verb = keyof typeof table;

/**
 * The server side of a POP3 conversation (RFC 1939). Pure: octets and answers in, effects out; no socket, no file, no
 * clock. One machine lives from the greeting to STLS, another from there to the end.
 */
export class Pop3ServerMachine implements Conversation {
  readonly settings: Pop3ServerSettings;
  state: State;
  readonly #lines: LineSplitter;
  #effects: Pop3ServerEffect[] = [];
  #question: ((answer: Answer) => void) | undefined;
  #paused = false;
  #errors = 0;
  #commandsBeforeSignIn = 0;

  constructor(settings: Pop3ServerSettings) {
    this.settings = settings;
    this.state = { name: settings.encrypted ? "authorization" : "authorization-plain" };
    this.#lines = new LineSplitter(settings.maxLineBytes);
  }

  handle(event: Pop3ServerEvent): readonly Pop3ServerEffect[] {
    this.#effects = [];
    switch (event.type) {
      case "connected":
        // No timestamp in angle brackets: APOP needs the password in clear on the server (RFC 1939 §7).
        this.accept(`${this.settings.hostName} POP3 Postern`);
        break;
      case "bytes":
        if (this.state.name !== "over") this.#lines.push(event.bytes);
        break;
      case "resume":
        break;
      case "signed-in":
      case "refused":
      case "handed-over":
      case "sent":
      case "updated":
        this.#takeAnswer(event);
        break;
    }
    this.#run();
    return this.#effects;
  }

  /** Commands are there that wait until the effects given last are carried out; then send `resume`. */
  get paused(): boolean {
    return this.#paused;
  }

  /** What came behind the command that was answered by `handed-over`. */
  takeRest(): Buffer {
    return this.#lines.takeRest();
  }

  get pendingBytes(): number {
    return this.#lines.heldBytes;
  }

  accept(text: string): void {
    this.emit({ type: "respond", text: positive(text) });
  }

  acceptLines(text: string, lines: readonly string[]): void {
    this.emit({ type: "respond", text: multiLine(text, lines) });
  }

  challenge(challenge: string): void {
    this.emit({ type: "respond", text: continuation(challenge) });
  }

  refuse(refusal: Pop3Refusal): void {
    this.emit({ type: "respond", text: negative(refusal.text, refusal.code), refusal });
    // What is our trouble, or another session's, is no error of this client.
    if (refusal.code === undefined || refusal.code === "AUTH") this.#errors += 1;
    if (refusal.closes === true) this.#close();
    else if (this.#errors >= this.settings.maxErrors) this.#close("too-many-errors");
  }

  emit(effect: Pop3ServerEffect): void {
    this.#effects.push(effect);
  }

  ask(question: Question, then: (answer: Answer) => void = passRefusalOn(this)): void {
    this.#question = then;
    this.emit(question);
  }

  #takeAnswer(answer: Answer): void {
    const then = this.#question;
    if (then === undefined) throw new TypeError("an answer without a question");
    this.#question = undefined;
    then(answer);
  }

  #run(): void {
    this.#paused = false;
    while (this.#question === undefined && this.#takeLine()) {
      if (this.#effects.length < limits.effectsPerTurn) continue;
      this.#paused = this.#question === undefined && this.state.name !== "over";
      return;
    }
  }

  /** `false`: no whole line is there, or none is read any more. */
  #takeLine(): boolean {
    const { state } = this;
    switch (state.name) {
      case "authorization-plain":
      case "authorization":
      case "user-given":
      case "transaction":
        return this.#readCommand(state);
      case "exchange":
      case "exchange-refused":
        return this.#readResponse(state);
      case "update":
      case "over":
        return false;
    }
  }

  #readCommand(state: CommandState): boolean {
    const next = this.#lines.next();
    switch (next.kind) {
      case "more":
        return false;
      case "too-long":
        this.refuse(pop3Refusals.lineTooLong);
        return true;
      case "endless":
        this.refuse(pop3Refusals.lineEndless);
        return true;
      case "malformed":
        this.refuse(pop3Refusals.malformedLine);
        return true;
      case "line":
        this.#command(next.line, state);
        return true;
    }
  }

  #command(line: Buffer, state: CommandState): void {
    if (state.name !== "transaction") this.#commandsBeforeSignIn += 1;
    if (this.#commandsBeforeSignIn > this.settings.maxCommandsBeforeSignIn) {
      this.refuse(pop3Refusals.tooManyCommands);
      line.fill(0);
      return;
    }
    // RFC 1939 §3: a keyword of three or four letters, then one blank before each argument.
    const blank = line.indexOf(" ");
    const verb = line.toString("latin1", 0, blank < 0 ? line.length : blank).toUpperCase();
    const argument = blank < 0 ? noBytes : line.subarray(blank + 1);
    if (isVerb(verb)) dispatch(this, table[verb], state, argument);
    else this.refuse(pop3Refusals.unknownCommand);
    // A password may have stood there, also in a line that was refused.
    argument.fill(0);
  }

  /** A line of the client within AUTH; tokens are longer than commands. */
  #readResponse(state: Extract<State, { readonly name: "exchange" | "exchange-refused" }>): boolean {
    const next = this.#lines.next(limits.saslLineBytes);
    if (next.kind === "more") return false;
    if (state.name === "exchange" && next.kind === "line") takeResponse(this, next.line, state);
    else {
      // Whatever the line was, the exchange ends with it: the client waits for one response.
      this.state = { name: "authorization" };
      if (next.kind === "endless") this.refuse(pop3Refusals.lineEndless);
      else if (state.name === "exchange-refused") this.refuse(state.refusal);
      else this.refuse(next.kind === "too-long" ? pop3Refusals.lineTooLong : pop3Refusals.signInSyntax);
    }
    if (next.kind === "line") next.line.fill(0);
    return true;
  }

  #close(cause?: string): void {
    this.state = { name: "over" };
    this.emit(cause === undefined ? { type: "close" } : { type: "close", cause });
  }
}

/** A listing or a message was sent, or the session says why not. */
function passRefusalOn(conversation: Conversation): (answer: Answer) => void {
  return (answer) => {
    if (answer.type === "refused") conversation.refuse(answer.refusal);
  };
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(table, text);
}

function dispatch(conversation: Conversation, row: Row, state: CommandState, argument: Buffer): void {
  switch (state.name) {
    case "authorization-plain":
      row[0](conversation, argument, state);
      return;
    case "authorization":
      row[1](conversation, argument, state);
      return;
    case "user-given":
      row[2](conversation, argument, state);
      return;
    case "transaction":
      row[3](conversation, argument, state);
      return;
  }
}
