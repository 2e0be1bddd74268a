// SPDX-License-Identifier: Apache-2.0
import type { Conversation, Transaction } from "../machine-types.ts";
import { expectOneMessage, words } from "./argument.ts";

/** LIST, RFC 1939 §5: one scan listing or that of every message which is not marked. */
export function list(conversation: Conversation, argument: Buffer, state: Transaction): void {
  if (words(argument).length === 0) {
    conversation.ask({ type: "ask-listing", listing: "scan", marks: state.marks });
    return;
  }
  const index = expectOneMessage(conversation, argument, state);
  if (index !== undefined) conversation.accept(`${index + 1} ${state.maildrop.pop3Bytes(index)}`);
}
