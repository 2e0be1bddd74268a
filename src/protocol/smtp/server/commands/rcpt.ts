// SPDX-License-Identifier: Apache-2.0
import { Cursor } from "../../cursor.ts";
import type { EnvelopeRecipient } from "../../envelope.ts";
import { noParameters, recipientParameters, takeParameters } from "../../parameters.ts";
import { takeForwardPath } from "../../path.ts";
import { type Refusal, refusals } from "../../refusal.ts";
import { reply } from "../../reply.ts";
import type { Conversation, SmtpServerSettings, State, Transaction } from "../machine-types.ts";

/** RCPT, RFC 5321 §4.1.1.3: one recipient, each with a reply of its own. */
export function rcpt(
  conversation: Conversation,
  text: string,
  { hello, transaction }: Extract<State, { readonly name: "envelope" }>,
): void {
  // RFC 5321 §4.5.3.1.10: 452, so that the sender comes again for the rest.
  if (transaction.recipients.length >= conversation.settings.maxRecipients) {
    conversation.refuse(refusals.tooManyRecipients);
    return;
  }
  const recipient = readRcpt(text, transaction, conversation.settings);
  if ("cause" in recipient) {
    conversation.refuse(recipient);
    return;
  }
  conversation.ask({ type: "ask-recipient", transaction, recipient }, (answer) => {
    if (!answer.accepted) {
      conversation.refuse(answer.refusal);
      return;
    }
    const recipients = [...transaction.recipients, recipient];
    conversation.state = { name: "envelope", hello, transaction: { ...transaction, recipients } };
    conversation.emit({ type: "reply", reply: answer.reply ?? reply(250, "2.1.5", "Recipient ok") });
  });
}

function readRcpt(text: string, transaction: Transaction, settings: SmtpServerSettings): EnvelopeRecipient | Refusal {
  const cursor = new Cursor(text);
  if (!cursor.take("TO:")) return refusals.argumentSyntax;
  cursor.takeWhile((character) => character === " ");
  const forwardPath = takeForwardPath(cursor);
  if (forwardPath === undefined) return refusals.badForwardPath;
  const rules = transaction.hello.extended ? recipientParameters : noParameters;
  const read = takeParameters(cursor, rules, settings);
  if (!read.ok) return read.refusal;
  // RFC 6533 §3: an ORCPT with characters beyond ASCII needs SMTPUTF8 as well.
  if ((forwardPath.utf8 || /[^\0-\x7f]/.test(read.text)) && !transaction.smtpUtf8) return refusals.smtpUtf8Wanted;
  return { forwardPath, parameters: read.parameters, parametersText: read.text };
}
