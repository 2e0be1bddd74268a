// SPDX-License-Identifier: Apache-2.0
import type { Conversation, Transaction } from "../machine-types.ts";
import { expectOneMessage } from "./argument.ts";

/** RETR, RFC 1939 §5. */
export function retr(conversation: Conversation, argument: Buffer, state: Transaction): void {
  const index = expectOneMessage(conversation, argument, state);
  if (index !== undefined) conversation.ask({ type: "ask-message", index, lines: undefined });
}
