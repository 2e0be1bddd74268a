// SPDX-License-Identifier: Apache-2.0
import { decodeInitialResponse, decodeResponse, encodeChallenge } from "../../../sasl/server/encoding.ts";
import type { SaslStep } from "../../../sasl/server/exchange.ts";
import { findMechanism } from "../../../sasl/server/mechanisms.ts";
import { pop3Refusals } from "../../refusal.ts";
import type { Conversation, State } from "../machine-types.ts";
import { words } from "./argument.ts";
import { askSignIn, refuseSignIn } from "./sign-in.ts";

type Exchange = Extract<State, { readonly name: "exchange" }>;

/** AUTH, RFC 5034 §4. Without an argument it lists the mechanisms, as clients from before CAPA expect. */
export function auth(conversation: Conversation, argument: Buffer): void {
  const { mechanisms } = conversation.settings;
  const [name, initialText, ...more] = words(argument);
  if (name === undefined) {
    conversation.acceptLines("Mechanisms follow", mechanisms);
    return;
  }
  const mechanism = findMechanism(name, mechanisms);
  const initialResponse = initialText === undefined ? undefined : decodeInitialResponse(initialText);
  conversation.state = { name: "authorization" };
  if (more.length > 0) conversation.refuse(pop3Refusals.argumentSyntax);
  else if (mechanism === undefined) conversation.refuse(pop3Refusals.mechanismUnknown);
  else if (initialText !== undefined && initialResponse === undefined) conversation.refuse(pop3Refusals.signInSyntax);
  else goOn(conversation, mechanism.begin(initialResponse), mechanism.refusalChallenge);
}

/** A line of the client within the exchange. */
export function takeResponse(conversation: Conversation, line: Buffer, { respond, refusalChallenge }: Exchange): void {
  conversation.state = { name: "authorization" };
  const text = line.toString("latin1");
  const response = decodeResponse(text);
  // RFC 5034 §4: a single asterisk gives up.
  if (text === "*") conversation.refuse(pop3Refusals.signInCancelled);
  else if (response === undefined) conversation.refuse(pop3Refusals.signInSyntax);
  else goOn(conversation, respond(response), refusalChallenge);
}

function goOn(conversation: Conversation, step: SaslStep, refusalChallenge: string | undefined): void {
  switch (step.kind) {
    case "challenge":
      conversation.state = { name: "exchange", respond: step.next, refusalChallenge };
      conversation.challenge(encodeChallenge(step.challenge));
      break;
    case "credentials":
      askSignIn(conversation, step.credentials, refusalChallenge);
      break;
    case "malformed":
      conversation.refuse(pop3Refusals.signInSyntax);
      break;
    case "denied":
      refuseSignIn(conversation, pop3Refusals.signInDenied, refusalChallenge);
      break;
  }
}
