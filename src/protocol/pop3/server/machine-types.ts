// SPDX-License-Identifier: Apache-2.0
import type { Credentials } from "../../sasl/credentials.ts";
import type { SaslMechanismName, SaslResponder } from "../../sasl/server/exchange.ts";
import type { Pop3Refusal } from "../refusal.ts";
import type { Marks } from "./marks.ts";

export interface Pop3ServerSettings {
  readonly hostName: string;
  /** The connection is encrypted: STLS is not offered, signing in is. */
  readonly encrypted: boolean;
  /** SASL mechanisms offered beside USER and PASS, inside TLS. */
  readonly mechanisms: readonly SaslMechanismName[];
  /** User names of an upstream's are taken too: nothing is announced then that an upstream may not keep. */
  readonly alsoProxies?: boolean;
  /** Refused commands after which the session is closed. */
  readonly maxErrors: number;
  /** Commands in AUTHORIZATION. In TRANSACTION there is no limit: a million messages take as many commands and more. */
  readonly maxCommandsBeforeSignIn: number;
  /** The longest command line, CRLF included (RFC 2449 §4). */
  readonly maxLineBytes: number;
}

/** A maildrop as the conversation sees it: message-numbers are index + 1 and never move (RFC 1939 §4). */
export interface MaildropView {
  readonly count: number;
  /** Octets of all messages together. */
  readonly totalBytes: number;
  /** Octets as RETR sends them, before dot-stuffing (RFC 1939 §11). */
  pop3Bytes(index: number): number;
  uniqueId(index: number): string;
}

export type Pop3ServerEvent =
  /** The greeting is wanted. Not sent after STLS (RFC 2595 §4). */
  | { readonly type: "connected" }
  | { readonly type: "bytes"; readonly bytes: Buffer }
  /** Go on with what is held back: see `Pop3ServerMachine.paused`. */
  | { readonly type: "resume" }
  | Answer;

/** What answers a question. */
export type Answer =
  | { readonly type: "signed-in"; readonly maildrop: MaildropView }
  | { readonly type: "refused"; readonly refusal: Pop3Refusal }
  /** The client is signed in elsewhere, and somebody else goes on with the conversation: see `takeRest`. */
  | { readonly type: "handed-over" }
  /** A listing or a message was sent, from its status line to its final dot. */
  | { readonly type: "sent" }
  | { readonly type: "updated"; readonly removed: number; readonly failed: number };

/** What the session is to do, in order. A question (`ask-…`) comes last; until its answer the session reads nothing. */
export type Pop3ServerEffect =
  | { readonly type: "respond"; readonly text: string; readonly refusal?: Pop3Refusal }
  /** Answer: `signed-in`, `handed-over` or `refused`. The session wipes the secret. */
  | { readonly type: "ask-sign-in"; readonly credentials: Credentials }
  /** The whole scan or unique-id listing, marked messages left out. Answer: `sent`. */
  | { readonly type: "ask-listing"; readonly listing: Listing; readonly marks: Marks }
  /** One message; `lines`: of its body only so many (TOP). Answer: `sent`, or `refused` when nothing was sent yet. */
  | { readonly type: "ask-message"; readonly index: number; readonly lines: number | undefined }
  /** UPDATE (RFC 1939 §6). Answer: `updated`. */
  | { readonly type: "ask-update"; readonly marks: Marks }
  | { readonly type: "start-tls" }
  /** The conversation is over. `cause`: for the log, when no response tells it. */
  | { readonly type: "close"; readonly cause?: string };

export type Question = Extract<Pop3ServerEffect, { readonly type: `ask-${string}` }>;
export type Listing = "scan" | "unique-id";

export type State =
  /** AUTHORIZATION (RFC 1939 §4) in clear: no credential is taken (I5). */
  | { readonly name: "authorization-plain" }
  /** AUTHORIZATION inside TLS. */
  | { readonly name: "authorization" }
  /** USER was accepted; PASS may follow (RFC 1939 §7). */
  | { readonly name: "user-given"; readonly userName: string }
  /** Within AUTH: the next line is a response, not a command (RFC 5034 §4). */
  | { readonly name: "exchange"; readonly respond: SaslResponder; readonly refusalChallenge: string | undefined }
  /** The mechanism told in a challenge why it refuses; the client's next line says nothing (RFC 7628 §3.2.3). */
  | { readonly name: "exchange-refused"; readonly refusal: Pop3Refusal }
  | Transaction
  /** UPDATE (RFC 1939 §6): removals are under way. */
  | { readonly name: "update" }
  | { readonly name: "over" };

export interface Transaction {
  readonly name: "transaction";
  readonly maildrop: MaildropView;
  readonly marks: Marks;
  /** Octets of the messages that are not marked. */
  readonly unmarkedBytes: number;
}

/** States in which a command is read. */
export type CommandState = Extract<
  State,
  { readonly name: "authorization-plain" | "authorization" | "user-given" | "transaction" }
>;

/** What a command's handler may do. */
export interface Conversation {
  readonly settings: Pop3ServerSettings;
  state: State;
  /** Octets that came behind the current line and were not looked at. */
  readonly pendingBytes: number;
  accept(text: string): void;
  acceptLines(text: string, lines: readonly string[]): void;
  /** Sends a challenge of a SASL mechanism. */
  challenge(challenge: string): void;
  refuse(refusal: Pop3Refusal): void;
  emit(effect: Pop3ServerEffect): void;
  /** Puts a question to the session and goes on with `then` at its answer; a refusal without `then` is passed on. */
  ask(question: Question, then?: (answer: Answer) => void): void;
}

/** One command in one state. `argument` is what follows the verb and one blank; it is overwritten afterwards. */
export type Handler<Name extends CommandState["name"]> = (
  conversation: Conversation,
  argument: Buffer,
  state: Extract<State, { readonly name: Name }>,
) => void;
