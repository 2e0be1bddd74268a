// SPDX-License-Identifier: Apache-2.0
import type { Credentials } from "../../../sasl/credentials.ts";
import { encodeChallenge } from "../../../sasl/server/encoding.ts";
import { type Pop3Refusal, pop3Refusals } from "../../refusal.ts";
import type { Answer, Conversation, MaildropView } from "../machine-types.ts";
import { Marks } from "../marks.ts";

/** Asks for the maildrop that these credentials open; PASS and AUTH end here. */
export function askSignIn(
  conversation: Conversation,
  credentials: Credentials,
  refusalChallenge: string | undefined,
): void {
  conversation.ask({ type: "ask-sign-in", credentials }, (answer: Answer) => {
    if (answer.type === "signed-in") enterTransaction(conversation, answer.maildrop);
    else if (answer.type === "handed-over") handOver(conversation);
    else if (answer.type === "refused") refuseSignIn(conversation, answer.refusal, refusalChallenge);
    else throw new TypeError("a sign-in is answered by signed-in, handed-over or refused");
  });
}

/** RFC 7628 §3.2.3: some mechanisms tell in a challenge what is wrong; the refusal follows the client's empty response. */
export function refuseSignIn(
  conversation: Conversation,
  refusal: Pop3Refusal,
  refusalChallenge: string | undefined,
): void {
  if (refusalChallenge === undefined || refusal.code !== pop3Refusals.signInDenied.code) {
    conversation.refuse(refusal);
    return;
  }
  conversation.state = { name: "exchange-refused", refusal };
  conversation.challenge(encodeChallenge(refusalChallenge));
}

/** TRANSACTION belongs to somebody else. */
function handOver(conversation: Conversation): void {
  conversation.state = { name: "over" };
  conversation.accept("Signed in");
}

function enterTransaction(conversation: Conversation, maildrop: MaildropView): void {
  const { count, totalBytes } = maildrop;
  conversation.state = { name: "transaction", maildrop, marks: new Marks(count), unmarkedBytes: totalBytes };
  conversation.accept(`${count} messages, ${totalBytes} octets`);
}
