// SPDX-License-Identifier: Apache-2.0
import { refusals } from "../../refusal.ts";
import type { Conversation } from "../machine-types.ts";

/** EXPN, RFC 5321 §3.5.2: there are no lists here. */
export function expn(conversation: Conversation): void {
  conversation.refuse(refusals.notImplemented);
}
