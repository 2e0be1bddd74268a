// SPDX-License-Identifier: Apache-2.0

import { decodeInitialResponse, decodeResponse, encodeChallenge } from "../../../sasl/server/encoding.ts";
import type { SaslStep } from "../../../sasl/server/exchange.ts";
import { findMechanism } from "../../../sasl/server/mechanisms.ts";
import { Cursor } from "../../cursor.ts";
import type { Hello } from "../../envelope.ts";
import { type Refusal, refusals } from "../../refusal.ts";
import type { Answer, CommandState, Conversation, SessionOffer, State } from "../machine-types.ts";

/**
 * AUTH, RFC 4954 §4. In clear it is refused before a credential is asked for, and one that came with the command is
 * not looked at (I5).
 */
export function auth(conversation: Conversation, text: string, state: CommandState): void {
  const refusal = refusalOf(conversation, state);
  if (refusal !== undefined) conversation.refuse(refusal);
  else if (state.name === "ready") begin(conversation, text, state.hello);
}

function refusalOf({ settings, signedIn }: Conversation, state: CommandState): Refusal | undefined {
  if (!settings.encrypted) return refusals.encryptionRequired;
  if (state.name === "connected") return refusals.helloFirst;
  if ((settings.mechanisms ?? []).length === 0) return refusals.signInNotOffered;
  // HELO knows no extensions.
  if (!state.hello.extended) return refusals.helloFirst;
  if (signedIn) return refusals.signedInAlready;
  return state.name === "ready" ? undefined : refusals.badSequence;
}

function begin(conversation: Conversation, text: string, hello: Hello): void {
  const cursor = new Cursor(text);
  const name = takeWord(cursor);
  const initialText = takeWord(cursor);
  const mechanism = findMechanism(name, conversation.settings.mechanisms ?? []);
  const initialResponse = initialText === "" ? undefined : decodeInitialResponse(initialText);
  if (name === "" || !cursor.atEnd) conversation.refuse(refusals.argumentSyntax);
  else if (mechanism === undefined) conversation.refuse(refusals.mechanismUnknown);
  else if (initialText !== "" && initialResponse === undefined) conversation.refuse(refusals.signInSyntax);
  else goOn(conversation, { hello, refusalChallenge: mechanism.refusalChallenge }, mechanism.begin(initialResponse));
}

function takeWord(cursor: Cursor): string {
  const word = cursor.takeWhile((character) => character !== " ");
  cursor.takeWhile((character) => character === " ");
  return word;
}

/** What the exchange carries along. */
type Exchange = Pick<Extract<State, { readonly name: "sign-in" }>, "hello" | "refusalChallenge">;

/** A line of the client within the exchange. */
export function signInResponse(
  conversation: Conversation,
  line: string,
  state: Extract<State, { readonly name: "sign-in" }>,
): void {
  conversation.state = { name: "ready", hello: state.hello };
  const response = decodeResponse(line);
  // RFC 4954 §4: `*` cancels.
  if (line === "*") conversation.refuse(refusals.signInCancelled);
  else if (response === undefined) conversation.refuse(refusals.signInSyntax);
  else goOn(conversation, state, state.next(response));
}

function goOn(conversation: Conversation, { hello, refusalChallenge }: Exchange, step: SaslStep): void {
  switch (step.kind) {
    case "challenge":
      conversation.state = { name: "sign-in", hello, refusalChallenge, next: step.next };
      conversation.reply(334, undefined, encodeChallenge(step.challenge));
      break;
    case "credentials":
      conversation.ask({ type: "ask-auth", credentials: step.credentials }, (answer) => {
        conclude(conversation, { hello, refusalChallenge }, answer);
      });
      break;
    case "malformed":
      conversation.refuse(refusals.signInSyntax);
      break;
    case "denied":
      conclude(conversation, { hello, refusalChallenge }, { accepted: false, refusal: refusals.signInDenied });
      break;
  }
}

function adopt(conversation: Conversation, { maxMessageBytes, withheld }: SessionOffer): void {
  conversation.settings = { ...conversation.settings, maxMessageBytes };
  conversation.withheldNext = withheld;
}

function conclude(conversation: Conversation, { hello, refusalChallenge }: Exchange, answer: Answer): void {
  if (answer.accepted) {
    conversation.signedIn = true;
    if (answer.offer !== undefined) adopt(conversation, answer.offer);
    if (answer.reply === undefined) conversation.reply(235, "2.7.0", "Signed in");
    else conversation.emit({ type: "reply", reply: answer.reply });
  } else if (refusalChallenge !== undefined && answer.refusal.reply.code === refusals.signInDenied.reply.code) {
    // RFC 7628 §3.2.3: what is wrong goes out as a challenge; the refusal follows the client's empty response.
    conversation.state = { name: "sign-in-denied", hello, refusal: answer.refusal };
    conversation.reply(334, undefined, encodeChallenge(refusalChallenge));
  } else conversation.refuse(answer.refusal);
}
