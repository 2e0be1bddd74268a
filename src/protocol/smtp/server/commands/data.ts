// SPDX-License-Identifier: Apache-2.0
import type { Hello } from "../../envelope.ts";
import { refusals } from "../../refusal.ts";
import type { Answer, Conversation, State } from "../machine-types.ts";

/** DATA, RFC 5321 §4.1.1.4: content follows, up to CRLF . CRLF. */
export function data(
  conversation: Conversation,
  text: string,
  { hello, transaction }: Extract<State, { readonly name: "envelope" }>,
): void {
  if (text.trim() !== "") {
    conversation.refuse(refusals.argumentSyntax);
    return;
  }
  if (transaction.recipients.length === 0) {
    conversation.refuse(refusals.noRecipients);
    return;
  }
  // RFC 2920 §3.1: DATA ends a group. Content before our 354 is how smuggled mail looks.
  if (conversation.pendingBytes > 0) {
    conversation.refuse(refusals.earlyInput);
    return;
  }
  conversation.ask({ type: "ask-content", envelope: transaction, transfer: "DATA" }, (answer) =>
    begin(conversation, hello, answer),
  );
}

function begin(conversation: Conversation, hello: Hello, answer: Answer): void {
  if (!answer.accepted) {
    conversation.state = { name: "ready", hello };
    conversation.refuse(answer.refusal);
  } else if (conversation.pendingBytes > 0) {
    conversation.emit({ type: "discard" });
    conversation.refuse(refusals.earlyInput);
  } else {
    conversation.state = { name: "content", hello, receivedBytes: 0, failed: undefined };
    conversation.reply(354, undefined, "Start mail input; end with <CRLF>.<CRLF>");
  }
}
