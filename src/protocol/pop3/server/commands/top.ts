// SPDX-License-Identifier: Apache-2.0
import { pop3Refusals } from "../../refusal.ts";
import type { Conversation, Transaction } from "../machine-types.ts";
import { expectMessage, parseNumber, words } from "./argument.ts";

/** TOP, RFC 1939 §7: the header section, the blank line and so many lines of the body; both arguments are required. */
export function top(conversation: Conversation, argument: Buffer, state: Transaction): void {
  const [message, linesText, ...more] = words(argument);
  const lines = parseNumber(linesText);
  if (lines === undefined || more.length > 0) {
    conversation.refuse(pop3Refusals.argumentSyntax);
    return;
  }
  const index = expectMessage(conversation, message, state);
  if (index !== undefined) conversation.ask({ type: "ask-message", index, lines });
}
