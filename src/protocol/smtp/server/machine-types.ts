// SPDX-License-Identifier: Apache-2.0
import type { Credentials } from "../../sasl/credentials.ts";
import type { SaslResponder } from "../../sasl/server/exchange.ts";
import type { Envelope, EnvelopeRecipient, Hello, OpenTransaction } from "../envelope.ts";
import type { ExtensionSettings, OptionalExtension } from "../extensions.ts";
import type { Refusal } from "../refusal.ts";
import type { Reply } from "../reply.ts";

export interface SmtpServerSettings extends ExtensionSettings {
  /** Our name in the greeting and in the reply to EHLO (RFC 5321 §4.1.1.1). */
  readonly hostName: string;
  /** 5yz replies until the conversation ends with 421. */
  readonly maxErrors: number;
  readonly maxCommands: number;
  /** The longest command line, CRLF included (RFC 5321 §4.5.3.1.4). Lines of a sign-in may have `saslLineBytes`. */
  readonly maxLineBytes: number;
}

export type SmtpServerEvent =
  /** The connection stands; the greeting is wanted. Not sent after STARTTLS (RFC 3207 §4.2). */
  | { readonly type: "connected" }
  | { readonly type: "bytes"; readonly bytes: Buffer }
  | { readonly type: "answer"; readonly answer: Answer }
  /** The effects of before are carried out: take what waits, see `paused`. */
  | { readonly type: "resume" };

/**
 * What the session decided about the open question. `reply` takes the place of ours, except for content, which we ask for
 * ourselves. `offer` comes with a sign-in.
 */
export type Answer =
  | { readonly accepted: true; readonly reply?: Reply; readonly offer?: SessionOffer }
  | { readonly accepted: false; readonly refusal: Refusal };

/** What a session can offer once it is known who stands behind it. */
export interface SessionOffer {
  /** Counts at once. */
  readonly maxMessageBytes: number;
  /** Counts from the next EHLO on: what the client was told before, it may use. */
  readonly withheld: readonly OptionalExtension[];
}

/**
 * What the session is to do, in order. A question (`ask-…`) is always the last effect; until its answer the machine takes
 * no further command, and the session reads nothing.
 */
export type SmtpServerEffect =
  | { readonly type: "reply"; readonly reply: Reply; readonly refusal?: Refusal }
  | { readonly type: "ask-mail"; readonly transaction: OpenTransaction }
  | { readonly type: "ask-recipient"; readonly transaction: OpenTransaction; readonly recipient: EnvelopeRecipient }
  /** Content follows: get ready to keep it. */
  | { readonly type: "ask-content"; readonly envelope: Envelope; readonly transfer: "DATA" | "BDAT" }
  | { readonly type: "content"; readonly bytes: Buffer }
  /** The content is whole. The answer is the reply to it. */
  | { readonly type: "ask-commit" }
  /** The transaction ended without its content being kept. */
  | { readonly type: "discard" }
  /** Whoever answers wipes the secret. A refusal with 535 means that the credentials are wrong, any other that it is not known. */
  | { readonly type: "ask-auth"; readonly credentials: Credentials }
  | { readonly type: "start-tls" }
  | { readonly type: "close" };

/** A transaction with what it has got so far. */
export interface Transaction extends OpenTransaction {
  readonly recipients: readonly EnvelopeRecipient[];
}

/**
 * The state of the conversation. In `content` and `chunk` octets are mail data, in `sign-in` and `sign-in-denied` lines
 * are responses, so verbs have no place there.
 */
export type State =
  | { readonly name: "connected" }
  | { readonly name: "ready"; readonly hello: Hello }
  /** AUTH awaits a response of the client. `refusalChallenge`: what a refusal begins with. */
  | {
      readonly name: "sign-in";
      readonly hello: Hello;
      readonly refusalChallenge: string | undefined;
      readonly next: SaslResponder;
    }
  /** The refusal goes out after the client's empty response (RFC 7628 §3.2.3). */
  | { readonly name: "sign-in-denied"; readonly hello: Hello; readonly refusal: Refusal }
  | { readonly name: "envelope"; readonly hello: Hello; readonly transaction: Transaction }
  /** Between two BDAT. `failed`: what made the transaction fail; only RSET, MAIL or EHLO clear it. */
  | {
      readonly name: "chunks";
      readonly hello: Hello;
      readonly transaction: Transaction;
      readonly receivedBytes: number;
      readonly failed: Refusal | undefined;
    }
  | {
      readonly name: "content";
      readonly hello: Hello;
      readonly receivedBytes: number;
      readonly failed: Refusal | undefined;
    }
  | {
      readonly name: "chunk";
      /** Where the conversation stands when this chunk has been read. */
      readonly after: CommandState;
      readonly remainingBytes: number;
      readonly last: boolean;
      readonly failed: Refusal | undefined;
      /** An earlier chunk was told the failure already. */
      readonly failedBefore: boolean;
    }
  | { readonly name: "over" };

/** States in which a command is read. */
export type CommandState = Extract<State, { readonly name: "connected" | "ready" | "envelope" | "chunks" }>;

/** What a command's handler may do. */
export interface Conversation {
  settings: SmtpServerSettings;
  /** What to withhold from the next EHLO on; `undefined`: as before. */
  withheldNext: readonly OptionalExtension[] | undefined;
  state: State;
  /** Set by AUTH, for the rest of the connection (RFC 4954 §4). */
  signedIn: boolean;
  /** Octets that came behind the current line and were not looked at. */
  readonly pendingBytes: number;
  reply(code: number, enhanced: string | undefined, ...lines: string[]): void;
  /** Counts as an error of the peer when it is permanent. */
  refuse(refusal: Refusal): void;
  /** Puts a question to the session and goes on with `then` at its answer. */
  ask(effect: Extract<SmtpServerEffect, { readonly type: `ask-${string}` }>, then: (answer: Answer) => void): void;
  emit(effect: SmtpServerEffect): void;
}

/** One command in one state. `text` is what follows the verb and one blank. */
export type Handler<Name extends CommandState["name"]> = (
  conversation: Conversation,
  text: string,
  state: Extract<State, { readonly name: Name }>,
) => void;
