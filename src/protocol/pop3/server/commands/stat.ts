// SPDX-License-Identifier: Apache-2.0
import type { Conversation, Transaction } from "../machine-types.ts";
import { refuseArgument } from "./argument.ts";

/** STAT, RFC 1939 §5: the drop listing; marked messages do not count. */
export function stat(conversation: Conversation, argument: Buffer, state: Transaction): void {
  if (refuseArgument(conversation, argument)) return;
  conversation.accept(`${state.maildrop.count - state.marks.count} ${state.unmarkedBytes}`);
}
