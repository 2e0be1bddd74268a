// SPDX-License-Identifier: Apache-2.0
import { pop3Refusals } from "../../refusal.ts";
import type { Conversation, Transaction } from "../machine-types.ts";

/** Refuses an argument where none belongs. Blanks alone are none: some clients send them. */
export function refuseArgument(conversation: Conversation, argument: Buffer): boolean {
  if (words(argument).length === 0) return false;
  conversation.refuse(pop3Refusals.argumentSyntax);
  return true;
}

/** What stands between blanks; ASCII verbs and numbers, so one character an octet. */
export function words(argument: Buffer): readonly string[] {
  return argument
    .toString("latin1")
    .split(" ")
    .filter((word) => word !== "");
}

/** A number of at most ten digits; `undefined` when it is not one. */
export function parseNumber(word: string | undefined): number | undefined {
  return word !== undefined && /^\d{1,10}$/.test(word) ? Number(word) : undefined;
}

/**
 * The index behind the message-number; refuses a number that is out of range or marked as deleted. Numbers never move
 * within a session: marked messages keep theirs (RFC 1939 §5).
 */
export function expectMessage(
  conversation: Conversation,
  word: string | undefined,
  { maildrop, marks }: Transaction,
): number | undefined {
  const number = parseNumber(word);
  if (number === undefined) conversation.refuse(pop3Refusals.argumentSyntax);
  else if (number < 1 || number > maildrop.count) conversation.refuse(pop3Refusals.noSuchMessage);
  else if (marks.has(number - 1)) conversation.refuse(pop3Refusals.markedAsDeleted);
  else return number - 1;
  return undefined;
}

/** As `expectMessage`, for a command that takes a message-number and nothing else. */
export function expectOneMessage(conversation: Conversation, argument: Buffer, state: Transaction): number | undefined {
  const [word, ...more] = words(argument);
  if (more.length === 0) return expectMessage(conversation, word, state);
  conversation.refuse(pop3Refusals.argumentSyntax);
  return undefined;
}
