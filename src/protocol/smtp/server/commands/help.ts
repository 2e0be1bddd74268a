// SPDX-License-Identifier: Apache-2.0
import type { Conversation } from "../machine-types.ts";

/** HELP, RFC 5321 §4.1.1.8. */
export function help(conversation: Conversation): void {
  conversation.reply(214, "2.0.0", "Postern, an e-mail archiving gateway", "Commands as in RFC 5321");
}
