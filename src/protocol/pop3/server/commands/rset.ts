// SPDX-License-Identifier: Apache-2.0
import type { Conversation, Transaction } from "../machine-types.ts";
import { refuseArgument } from "./argument.ts";

/** RSET, RFC 1939 §5: unmarks all. */
export function rset(conversation: Conversation, argument: Buffer, state: Transaction): void {
  if (refuseArgument(conversation, argument)) return;
  const { count, totalBytes } = state.maildrop;
  state.marks.clear();
  conversation.state = { ...state, unmarkedBytes: totalBytes };
  conversation.accept(`${count} messages, ${totalBytes} octets`);
}
