// SPDX-License-Identifier: Apache-2.0
import type { Conversation, Transaction } from "../machine-types.ts";

/** STAT, RFC 1939 §5: marked messages do not count. */
export function stat(conversation: Conversation, text: string, state: Transaction): void {
  if (refuseArgument(conversation, text)) return;
  conversation.accept(`${state.maildrop.count - state.marks.count} ${state.unmarkedBytes}`);
}

/** LIST, RFC 1939 §5. */
export function list(conversation: Conversation, text: string, state: Transaction): void {
  if (text === "") {
    conversation.ask({ type: "ask-listing", listing: "scan", marks: state.marks });
    return;
  }
  const index = expectMessage(conversation, text, state);
  if (index !== undefined) conversation.accept(`${index + 1} ${state.maildrop.pop3Bytes(index)}`);
}

/** UIDL, RFC 1939 §7. */
export function uidl(conversation: Conversation, text: string, state: Transaction): void {
  if (text === "") {
    conversation.ask({ type: "ask-listing", listing: "unique-id", marks: state.marks });
    return;
  }
  const index = expectMessage(conversation, text, state);
  if (index !== undefined) conversation.accept(`${index + 1} ${state.maildrop.uniqueId(index)}`);
}

/** RETR, RFC 1939 §5. */
export function retr(conversation: Conversation, text: string, state: Transaction): void {
  const index = expectMessage(conversation, text, state);
  if (index !== undefined) conversation.ask({ type: "ask-message", index, lines: undefined });
}

/** TOP, RFC 1939 §7: the header section, the blank line and `n` lines of the body. */
export function top(conversation: Conversation, text: string, state: Transaction): void {
  const match = /^(\d{1,10}) +(\d{1,15})$/.exec(text);
  const index = expectMessage(conversation, match?.[1] ?? text, state);
  if (index === undefined) return;
  if (match === null) conversation.refuse("TOP needs a message-number and a number of lines");
  else conversation.ask({ type: "ask-message", index, lines: Number(match[2]) });
}

/** DELE, RFC 1939 §5: marks; nothing is removed before QUIT. */
export function dele(conversation: Conversation, text: string, state: Transaction): void {
  const index = expectMessage(conversation, text, state);
  if (index === undefined) return;
  state.marks.add(index);
  const unmarkedBytes = state.unmarkedBytes - state.maildrop.pop3Bytes(index);
  conversation.state = { ...state, unmarkedBytes };
  conversation.accept(`Message ${index + 1} marked as deleted`);
}

/** RSET, RFC 1939 §5: unmarks all. */
export function rset(conversation: Conversation, text: string, state: Transaction): void {
  if (refuseArgument(conversation, text)) return;
  state.marks.clear();
  conversation.state = { ...state, unmarkedBytes: totalBytes(state.maildrop) };
  conversation.accept(`${state.maildrop.count} messages`);
}

/** NOOP, RFC 1939 §5. */
export function noop(conversation: Conversation, text: string): void {
  if (!refuseArgument(conversation, text)) conversation.accept("Ok");
}

/** QUIT, RFC 1939 §6: enters UPDATE. The answer comes when the removal is durable (I1). */
export function quit(conversation: Conversation, _text: string, state: Transaction): void {
  if (state.marks.count > 0) {
    conversation.ask({ type: "ask-update", marks: state.marks });
    return;
  }
  conversation.accept("Bye");
  conversation.state = { name: "over" };
  conversation.emit({ type: "close" });
}

export function totalBytes(maildrop: Transaction["maildrop"]): number {
  let total = 0;
  for (let index = 0; index < maildrop.count; index++) total += maildrop.pop3Bytes(index);
  return total;
}

/** The index behind a message-number; refuses one that is malformed, out of range or marked. */
function expectMessage(conversation: Conversation, text: string, state: Transaction): number | undefined {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > state.maildrop.count) conversation.refuse("No such message");
  else if (state.marks.has(number - 1)) conversation.refuse(`Message ${number} is marked as deleted`);
  else return number - 1;
  return undefined;
}

function refuseArgument(conversation: Conversation, text: string): boolean {
  if (text === "") return false;
  conversation.refuse("No argument expected");
  return true;
}
