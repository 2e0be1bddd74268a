// SPDX-License-Identifier: Apache-2.0
import type { CommandState, Conversation } from "../machine-types.ts";

/** QUIT, RFC 5321 §4.1.1.10: a transaction that is open ends with nothing kept. */
export function quit(conversation: Conversation, _text: string, state: CommandState): void {
  if (state.name === "chunks") conversation.emit({ type: "discard" });
  conversation.reply(221, "2.0.0", "Bye");
  conversation.state = { name: "over" };
  conversation.emit({ type: "close" });
}
