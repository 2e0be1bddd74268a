// SPDX-License-Identifier: Apache-2.0
import { refusals } from "../../refusal.ts";
import type { CommandState, Conversation } from "../machine-types.ts";

/** RSET, RFC 5321 §4.1.1.5. */
export function rset(conversation: Conversation, text: string, state: CommandState): void {
  if (text !== "") {
    conversation.refuse(refusals.argumentSyntax);
    return;
  }
  if (state.name === "chunks") conversation.emit({ type: "discard" });
  if (state.name === "envelope" || state.name === "chunks") conversation.state = { name: "ready", hello: state.hello };
  conversation.reply(250, "2.0.0", "Ok");
}

/** NOOP, RFC 5321 §4.1.1.9: a parameter is ignored. */
export function noop(conversation: Conversation): void {
  conversation.reply(250, "2.0.0", "Ok");
}

/** QUIT, RFC 5321 §4.1.1.10. */
export function quit(conversation: Conversation, _text: string, state: CommandState): void {
  if (state.name === "chunks") conversation.emit({ type: "discard" });
  conversation.reply(221, "2.0.0", "Bye");
  conversation.state = { name: "over" };
  conversation.emit({ type: "close" });
}

/** VRFY, RFC 5321 §3.5.3: neither yes nor no, whatever is asked; mailboxes are not to be found out. */
export function vrfy(conversation: Conversation, text: string): void {
  if (text === "") conversation.refuse(refusals.argumentSyntax);
  else conversation.reply(252, "2.5.1", "Cannot verify; send the message and see");
}

/** EXPN, RFC 5321 §3.5.2: there are no lists here. */
export function expn(conversation: Conversation): void {
  conversation.refuse(refusals.notImplemented);
}

/** HELP, RFC 5321 §4.1.1.8. */
export function help(conversation: Conversation): void {
  conversation.reply(214, "2.0.0", "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS QUIT");
}

/**
 * STARTTLS, RFC 3207 §4. Octets behind it came in clear and must not be taken for part of the encrypted session
 * (CVE-2011-0411): the conversation ends.
 */
export function startTls(conversation: Conversation, text: string): void {
  if (conversation.settings.encrypted) conversation.refuse(refusals.tlsActive);
  else if (text !== "") conversation.refuse(refusals.argumentSyntax);
  else if (conversation.pendingBytes > 0) conversation.refuse(refusals.inputAfterStartTls);
  else {
    conversation.reply(220, "2.0.0", "Ready to start TLS");
    conversation.state = { name: "over" };
    conversation.emit({ type: "start-tls" });
  }
}

/** AUTH, RFC 4954 §4: in clear it is refused before a credential is read (I5). */
export function auth(conversation: Conversation): void {
  conversation.refuse(conversation.settings.encrypted ? refusals.signInNotOffered : refusals.encryptionRequired);
}

export function helloFirst(conversation: Conversation): void {
  conversation.refuse(refusals.helloFirst);
}

export function mailFirst(conversation: Conversation): void {
  conversation.refuse(refusals.mailFirst);
}

export function badSequence(conversation: Conversation): void {
  conversation.refuse(refusals.badSequence);
}
