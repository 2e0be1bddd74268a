// SPDX-License-Identifier: Apache-2.0
import { refusals } from "../../refusal.ts";
import type { CommandState, Conversation } from "../machine-types.ts";

/** RSET, RFC 5321 §4.1.1.5: forgets the transaction, keeps the hello. */
export function rset(conversation: Conversation, text: string, state: CommandState): void {
  if (text.trim() !== "") {
    conversation.refuse(refusals.argumentSyntax);
    return;
  }
  if (state.name === "chunks") conversation.emit({ type: "discard" });
  if (state.name === "envelope" || state.name === "chunks") conversation.state = { name: "ready", hello: state.hello };
  conversation.reply(250, "2.0.0", "Ok");
}
