// SPDX-License-Identifier: Apache-2.0
import { SecretBytes } from "../../../../base/secret.ts";
import { pop3Refusals } from "../../refusal.ts";
import type { Conversation, State } from "../machine-types.ts";
import { askSignIn } from "./sign-in.ts";

/** PASS, RFC 1939 §7: the rest of the line is the password, blanks included. */
export function pass(
  conversation: Conversation,
  argument: Buffer,
  { userName }: Extract<State, { readonly name: "user-given" }>,
): void {
  conversation.state = { name: "authorization" };
  if (argument.length === 0) conversation.refuse(pop3Refusals.argumentSyntax);
  else {
    const password = SecretBytes.own(Buffer.from(argument));
    askSignIn(conversation, { kind: "password", userName, password }, undefined);
  }
}
