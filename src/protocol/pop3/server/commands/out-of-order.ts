// SPDX-License-Identifier: Apache-2.0
import { pop3Refusals } from "../../refusal.ts";
import type { Conversation } from "../machine-types.ts";

// Each is named as the refusal it gives: `docs/pop3-server-table.md` looks it up by that name.

/** I5: in clear nothing is read that could be a name or a password. */
export function encryptionRequired(conversation: Conversation): void {
  conversation.refuse(pop3Refusals.encryptionRequired);
}

export function signInFirst(conversation: Conversation): void {
  conversation.refuse(pop3Refusals.signInFirst);
}

export function signedInAlready(conversation: Conversation): void {
  conversation.refuse(pop3Refusals.signedInAlready);
}

export function tlsActive(conversation: Conversation): void {
  conversation.refuse(pop3Refusals.tlsActive);
}

export function userFirst(conversation: Conversation): void {
  conversation.refuse(pop3Refusals.userFirst);
}
