// SPDX-License-Identifier: Apache-2.0
import { decodeResponse } from "../../sasl/server/encoding.ts";
import { LineSplitter } from "../../wire/line-splitter.ts";
import { multiLine, negative, positive, type ResponseCode } from "../response.ts";
import { auth, pass, quit as leave, stls, takeStep, user, utf8 } from "./commands/authorization.ts";
import { capa } from "./commands/capa.ts";
import { dele, list, noop, quit, retr, rset, stat, top, totalBytes, uidl } from "./commands/transaction.ts";
import type {
  CommandState,
  Conversation,
  Handler,
  MaildropView,
  Pop3ServerEffect,
  Pop3ServerEvent,
  Pop3ServerSettings,
  State,
} from "./machine-types.ts";
import { Marks } from "./marks.ts";

type Row = readonly [Handler<"authorization">, Handler<"transaction">];

export const columns = ["authorization", "transaction"] as const;

/** Every verb in both states in which one is read (RFC 1939 §4, §5). `docs/pop3-server-table.md` is made from this. */
export const table = {
  CAPA: [capa, capa],
  STLS: [stls, badState],
  USER: [user, badState],
  PASS: [pass, badState],
  AUTH: [auth, badState],
  UTF8: [utf8, badState],
  STAT: [signInFirst, stat],
  LIST: [signInFirst, list],
  UIDL: [signInFirst, uidl],
  RETR: [signInFirst, retr],
  TOP: [signInFirst, top],
  DELE: [signInFirst, dele],
  RSET: [signInFirst, rset],
  NOOP: [signInFirst, noop],
  QUIT: [leave, quit],
} as const satisfies Record<string, Row>;

type Verb = keyof typeof table;

/**
 * The server side of a POP3 conversation (RFC 1939). Pure: octets and answers in, effects out; no socket, no file, no
 * clock. One machine lives from the greeting to STLS, another from there to the end.
 */
export class Pop3ServerMachine implements Conversation {
  readonly settings: Pop3ServerSettings;
  state: State = { name: "authorization", userName: undefined };
  readonly #lines: LineSplitter;
  #effects: Pop3ServerEffect[] = [];
  #waiting = false;
  #errors = 0;

  constructor(settings: Pop3ServerSettings) {
    this.settings = settings;
    this.#lines = new LineSplitter(settings.maxLineBytes);
  }

  handle(event: Pop3ServerEvent): readonly Pop3ServerEffect[] {
    this.#effects = [];
    switch (event.type) {
      case "connected":
        // No timestamp in angle brackets: APOP cannot be offered where passwords are not stored (RFC 1939 §7).
        this.accept(`${this.settings.hostName} POP3 Postern`);
        break;
      case "bytes":
        this.#lines.push(event.bytes);
        break;
      case "signed-in":
        this.#waiting = false;
        this.#enter(event.maildrop);
        break;
      case "refused":
        this.#waiting = false;
        this.refuse(event.text, event.code);
        break;
      case "sent":
        this.#waiting = false;
        break;
      case "updated":
        this.#waiting = false;
        this.#leave(event.removed, event.failed);
        break;
    }
    this.#run();
    return this.#effects;
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

  challenge(text: string): void {
    this.emit({ type: "respond", text: `+ ${text}\r\n` });
  }

  refuse(text: string, code?: ResponseCode): void {
    this.emit({ type: "respond", text: negative(text, code), refused: text });
    this.#errors += 1;
    if (this.#errors < this.settings.maxErrors || this.state.name === "over") return;
    this.state = { name: "over" };
    this.emit({ type: "close" });
  }

  emit(effect: Pop3ServerEffect): void {
    this.#effects.push(effect);
  }

  ask(effect: Extract<Pop3ServerEffect, { readonly type: `ask-${string}` }>): void {
    this.#waiting = true;
    this.emit(effect);
  }

  #enter(maildrop: MaildropView): void {
    const unmarkedBytes = totalBytes(maildrop);
    this.state = { name: "transaction", maildrop, marks: new Marks(maildrop.count), unmarkedBytes };
    this.accept(`${maildrop.count} messages`);
  }

  /** RFC 1939 §6: the truth about what was removed. An archive that believes a false +OK loses track of mail. */
  #leave(removed: number, failed: number): void {
    if (failed === 0) this.accept(`Bye, ${removed} messages removed`);
    else
      this.emit({ type: "respond", text: negative(`${failed} messages not removed`, "SYS/TEMP"), refused: "update" });
    this.state = { name: "over" };
    this.emit({ type: "close" });
  }

  #run(): void {
    while (!this.#waiting && this.state.name !== "over" && this.#takeLine());
  }

  /** `false`: no whole line is there. */
  #takeLine(): boolean {
    const next = this.#lines.next();
    switch (next.kind) {
      case "more":
        return false;
      case "too-long":
        this.refuse("Line too long");
        return true;
      case "malformed":
        this.refuse("Lines end in CRLF and hold no control characters");
        return true;
      case "line":
        if (this.state.name === "exchange") this.#takeResponse(next.line);
        // One character an octet, so that a password keeps its octets.
        else if (this.state.name !== "over") this.#takeCommand(next.line.toString("latin1"), this.state);
        return true;
    }
  }

  #takeCommand(line: string, state: CommandState): void {
    const blank = line.indexOf(" ");
    const verb = (blank < 0 ? line : line.slice(0, blank)).toUpperCase();
    const text = blank < 0 ? "" : line.slice(blank + 1);
    if (!isVerb(verb)) {
      this.refuse("Unknown command");
      return;
    }
    // Only PASS may have blanks that count.
    const argument = verb === "PASS" ? text : text.trim();
    if (state.name === "authorization") table[verb][0](this, argument, state);
    else table[verb][1](this, argument, state);
  }

  #takeResponse(line: Buffer): void {
    const { state } = this;
    if (state.name !== "exchange") return;
    this.state = { name: "authorization", userName: undefined };
    const text = line.toString("latin1");
    line.fill(0);
    // RFC 5034 §4: a single asterisk gives up.
    if (text === "*") {
      this.refuse("Cancelled");
      return;
    }
    const response = decodeResponse(text);
    if (response === undefined) this.refuse("Cannot decode the response");
    else takeStep(this, state.respond(response));
  }
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(table, text);
}

function badState(conversation: Conversation): void {
  conversation.refuse("Signed in already");
}

function signInFirst(conversation: Conversation): void {
  conversation.refuse("Sign in first");
}
