// SPDX-License-Identifier: Apache-2.0
import { Cursor } from "../../cursor.ts";
import type { Hello, OpenTransaction } from "../../envelope.ts";
import { mailParameters, noParameters, takeParameters } from "../../parameters.ts";
import { takeReversePath } from "../../path.ts";
import { type Refusal, refusals } from "../../refusal.ts";
import { reply } from "../../reply.ts";
import type { Conversation, SmtpServerSettings, State } from "../machine-types.ts";

/** MAIL, RFC 5321 §4.1.1.2: begins a transaction. */
export function mail(
  conversation: Conversation,
  text: string,
  { hello }: Extract<State, { readonly name: "ready" | "chunks" }>,
): void {
  const transaction = readMail(text, hello, conversation.settings);
  if ("cause" in transaction) {
    conversation.refuse(transaction);
    return;
  }
  conversation.ask({ type: "ask-mail", transaction }, (answer) => {
    if (!answer.accepted) {
      conversation.refuse(answer.refusal);
      return;
    }
    conversation.state = { name: "envelope", hello, transaction: { ...transaction, recipients: [] } };
    conversation.emit({ type: "reply", reply: answer.reply ?? reply(250, "2.1.0", "Sender ok") });
  });
}

/** A MAIL after a BDAT that failed begins anew (RFC 3030 §2); after one that did not it is out of order. */
export function mailAfterChunk(
  conversation: Conversation,
  text: string,
  state: Extract<State, { readonly name: "chunks" }>,
): void {
  if (state.failed === undefined) conversation.refuse(refusals.badSequence);
  else mail(conversation, text, state);
}

function readMail(text: string, hello: Hello, settings: SmtpServerSettings): OpenTransaction | Refusal {
  const cursor = new Cursor(text);
  if (!cursor.take("FROM:")) return refusals.argumentSyntax;
  // RFC 5321 §3.3 has no blank here; many senders write one.
  cursor.takeWhile((character) => character === " ");
  const reversePath = takeReversePath(cursor);
  if (reversePath === undefined) return refusals.badReversePath;
  const read = takeParameters(cursor, hello.extended ? mailParameters : noParameters, settings);
  if (!read.ok) return read.refusal;
  const { parameters } = read;
  const smtpUtf8 = parameters.has("SMTPUTF8");
  if (reversePath?.utf8 === true && !smtpUtf8) return refusals.smtpUtf8Wanted;
  const size = parameters.get("SIZE");
  const declaredBytes = size === undefined ? undefined : Number(size);
  // RFC 1870 §6.1: refused before the content is sent.
  if (declaredBytes !== undefined && declaredBytes > settings.maxMessageBytes) return refusals.tooLarge;
  return { hello, reversePath, parameters, parametersText: read.text, declaredBytes, smtpUtf8 };
}
