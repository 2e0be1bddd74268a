// SPDX-License-Identifier: Apache-2.0
import type { Conversation, Transaction } from "../machine-types.ts";
import { expectOneMessage } from "./argument.ts";

/** DELE, RFC 1939 §5: marks; nothing is removed before QUIT. */
export function dele(conversation: Conversation, argument: Buffer, state: Transaction): void {
  const index = expectOneMessage(conversation, argument, state);
  if (index === undefined) return;
  state.marks.add(index);
  conversation.state = { ...state, unmarkedBytes: state.unmarkedBytes - state.maildrop.pop3Bytes(index) };
  conversation.accept(`Message ${index + 1} marked as deleted`);
}
