// SPDX-License-Identifier: Apache-2.0
import type { Conversation } from "../machine-types.ts";

/** NOOP, RFC 5321 §4.1.1.9: a parameter is ignored. */
export function noop(conversation: Conversation): void {
  conversation.reply(250, "2.0.0", "Ok");
}
