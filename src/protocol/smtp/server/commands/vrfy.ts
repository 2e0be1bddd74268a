// SPDX-License-Identifier: Apache-2.0
import { refusals } from "../../refusal.ts";
import type { Conversation } from "../machine-types.ts";

/** VRFY, RFC 5321 §3.5.3: neither yes nor no, whatever is asked; mailboxes are not to be found out. */
export function vrfy(conversation: Conversation, text: string): void {
  if (text.trim() === "") conversation.refuse(refusals.argumentSyntax);
  else conversation.reply(252, "2.5.1", "Cannot verify; send the message and see");
}
