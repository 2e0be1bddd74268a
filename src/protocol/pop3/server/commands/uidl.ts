// SPDX-License-Identifier: Apache-2.0
import type { Conversation, Transaction } from "../machine-types.ts";
import { expectOneMessage, words } from "./argument.ts";

/** UIDL, RFC 1939 §7: one unique-id listing or that of every message which is not marked. */
export function uidl(conversation: Conversation, argument: Buffer, state: Transaction): void {
  if (words(argument).length === 0) {
    conversation.ask({ type: "ask-listing", listing: "unique-id", marks: state.marks });
    return;
  }
  const index = expectOneMessage(conversation, argument, state);
  if (index !== undefined) conversation.accept(`${index + 1} ${state.maildrop.uniqueId(index)}`);
}
