// SPDX-License-Identifier: Apache-2.0
import { SecretBytes } from "../../../../base/secret.ts";
import { decodeInitialResponse, encodeChallenge } from "../../../sasl/server/encoding.ts";
import type { SaslMechanismName, SaslStep } from "../../../sasl/server/exchange.ts";
import { findMechanism } from "../../../sasl/server/mechanisms.ts";
import type { Conversation, State } from "../machine-types.ts";

type Authorization = Extract<State, { readonly name: "authorization" }>;

/** Mechanisms for pullers: those that carry the password, which is what opens the mailbox. */
export const mechanisms: readonly SaslMechanismName[] = ["PLAIN", "LOGIN"];

/** USER, RFC 1939 §7. Whether there is such a mailbox is not told before the password is there. */
export function user(conversation: Conversation, text: string): void {
  if (refuseInClear(conversation)) return;
  if (text === "") {
    conversation.refuse("USER needs a mailbox id");
    return;
  }
  conversation.state = { name: "authorization", userName: text };
  conversation.accept("Send PASS");
}

/** PASS, RFC 1939 §7. Blanks belong to the password. */
export function pass(conversation: Conversation, text: string, state: Authorization): void {
  if (refuseInClear(conversation)) return;
  if (state.userName === undefined) {
    conversation.refuse("Send USER first");
    return;
  }
  conversation.state = { name: "authorization", userName: undefined };
  // The line was read as Latin-1, one character an octet: so the octets come back as they were sent.
  const password = SecretBytes.own(Buffer.from(text, "latin1"));
  conversation.ask({ type: "ask-sign-in", userName: state.userName, password });
}

/** AUTH, RFC 5034 §4; without an argument it lists the mechanisms, as old clients expect. */
export function auth(conversation: Conversation, text: string): void {
  if (refuseInClear(conversation)) return;
  if (text === "") {
    conversation.acceptLines("Mechanisms follow", mechanisms);
    return;
  }
  const [name = "", initial = "", ...more] = text.split(" ");
  const mechanism = findMechanism(name, mechanisms);
  if (mechanism === undefined || more.length > 0) {
    conversation.refuse("Mechanism not offered");
    return;
  }
  const initialResponse = decodeInitialResponse(initial);
  if (initial !== "" && initialResponse === undefined) conversation.refuse("Cannot decode the response");
  else takeStep(conversation, mechanism.begin(initialResponse));
}

/** Goes on in an exchange with what the mechanism says. */
export function takeStep(conversation: Conversation, step: SaslStep): void {
  conversation.state = { name: "authorization", userName: undefined };
  switch (step.kind) {
    case "challenge":
      conversation.state = { name: "exchange", respond: step.next };
      conversation.challenge(encodeChallenge(step.challenge));
      return;
    case "credentials":
      if (step.credentials.kind === "password") {
        const { userName, password } = step.credentials;
        conversation.ask({ type: "ask-sign-in", userName, password });
      } else {
        step.credentials.token.wipe();
        conversation.refuse("Mechanism not offered");
      }
      return;
    case "malformed":
      conversation.refuse("Cannot decode the response");
      return;
    case "denied":
      conversation.refuse("Not accepted", "AUTH");
  }
}

/**
 * STLS, RFC 2595 §4. Octets behind it came in clear and must not be taken for part of the encrypted session: the
 * conversation ends.
 */
export function stls(conversation: Conversation, text: string): void {
  if (conversation.settings.encrypted) conversation.refuse("TLS is active already");
  else if (text !== "") conversation.refuse("STLS takes no argument");
  else if (conversation.pendingBytes > 0) {
    conversation.refuse("Input after STLS");
    conversation.state = { name: "over" };
    conversation.emit({ type: "close" });
  } else {
    conversation.accept("Begin TLS");
    conversation.state = { name: "over" };
    conversation.emit({ type: "start-tls" });
  }
}

/** UTF8, RFC 6856 §2: in AUTHORIZATION only. Messages go out as they came in, so it changes nothing. */
export function utf8(conversation: Conversation): void {
  conversation.accept("UTF-8 it is");
}

/** QUIT before signing in, RFC 1939 §4. */
export function quit(conversation: Conversation): void {
  conversation.accept("Bye");
  conversation.state = { name: "over" };
  conversation.emit({ type: "close" });
}

/** I5: in clear nothing is read that could be a name or a password. */
function refuseInClear(conversation: Conversation): boolean {
  if (conversation.settings.encrypted) return false;
  conversation.refuse("Send STLS first", "AUTH");
  return true;
}
