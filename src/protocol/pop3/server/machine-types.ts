// SPDX-License-Identifier: Apache-2.0
import type { SecretBytes } from "../../../base/secret.ts";
import type { SaslResponder } from "../../sasl/server/exchange.ts";
import type { ResponseCode } from "../response.ts";
import type { Marks } from "./marks.ts";

export interface Pop3ServerSettings {
  readonly hostName: string;
  /** The connection is encrypted: STLS is not offered, signing in is. */
  readonly encrypted: boolean;
  readonly maxErrors: number;
  /** The longest command line, CRLF included (RFC 2449 §4). */
  readonly maxLineBytes: number;
}

/** A maildrop as the conversation sees it: message-numbers are index + 1 and never move (RFC 1939 §4). */
export interface MaildropView {
  readonly count: number;
  /** Octets as RETR sends them, before dot-stuffing (RFC 1939 §11). */
  pop3Bytes(index: number): number;
  uniqueId(index: number): string;
}

export type Pop3ServerEvent =
  /** The greeting is wanted. Not sent after STLS (RFC 2595 §4). */
  | { readonly type: "connected" }
  | { readonly type: "bytes"; readonly bytes: Buffer }
  | { readonly type: "signed-in"; readonly maildrop: MaildropView }
  | { readonly type: "refused"; readonly text: string; readonly code: ResponseCode }
  /** A listing or a message was sent, with its status line and its end. */
  | { readonly type: "sent" }
  | { readonly type: "updated"; readonly removed: number; readonly failed: number };

/** What the session is to do, in order. A question (`ask-…`) comes last and is answered by one event. */
export type Pop3ServerEffect =
  | { readonly type: "respond"; readonly text: string; readonly refused?: string }
  /** Answer: `signed-in` or `refused`. The session wipes the password. */
  | { readonly type: "ask-sign-in"; readonly userName: string; readonly password: SecretBytes }
  /** The whole scan or unique-id listing, marked messages left out. Answer: `sent`. */
  | { readonly type: "ask-listing"; readonly listing: "scan" | "unique-id"; readonly marks: Marks }
  /** One message; `lines`: of its body only so many (TOP). Answer: `sent`, or `refused` when nothing was sent yet. */
  | { readonly type: "ask-message"; readonly index: number; readonly lines: number | undefined }
  /** UPDATE (RFC 1939 §6). Answer: `updated`. */
  | { readonly type: "ask-update"; readonly marks: Marks }
  | { readonly type: "start-tls" }
  | { readonly type: "close" };

export type State =
  | { readonly name: "authorization"; readonly userName: string | undefined }
  /** A SASL exchange: the next line is a response, not a command (RFC 5034 §4). */
  | { readonly name: "exchange"; readonly respond: SaslResponder }
  | Transaction
  | { readonly name: "over" };

export interface Transaction {
  readonly name: "transaction";
  readonly maildrop: MaildropView;
  readonly marks: Marks;
  /** Octets of the messages that are not marked. */
  readonly unmarkedBytes: number;
}

export type CommandState = Extract<State, { readonly name: "authorization" | "transaction" }>;

/** What a command's handler may do. */
export interface Conversation {
  readonly settings: Pop3ServerSettings;
  state: State;
  readonly pendingBytes: number;
  accept(text: string): void;
  acceptLines(text: string, lines: readonly string[]): void;
  refuse(text: string, code?: ResponseCode): void;
  emit(effect: Pop3ServerEffect): void;
  /** Asks the session; the machine waits for the answering event. */
  ask(effect: Extract<Pop3ServerEffect, { readonly type: `ask-${string}` }>): void;
  /** Sends a line that is neither +OK nor -ERR: a SASL challenge (RFC 5034 §4). */
  challenge(text: string): void;
}

export type Handler<Name extends CommandState["name"]> = (
  conversation: Conversation,
  text: string,
  state: Extract<State, { readonly name: Name }>,
) => void;
