// SPDX-License-Identifier: Apache-2.0
import { refusals } from "../../refusal.ts";
import type { Conversation } from "../machine-types.ts";

// Each is named as the refusal it gives: `docs/smtp-server-table.md` looks it up by that name.

export function helloFirst(conversation: Conversation): void {
  conversation.refuse(refusals.helloFirst);
}

export function mailFirst(conversation: Conversation): void {
  conversation.refuse(refusals.mailFirst);
}

export function badSequence(conversation: Conversation): void {
  conversation.refuse(refusals.badSequence);
}

/** RFC 3030 §2: DATA and BDAT exclude each other within a transaction. */
export function dataAndBdat(conversation: Conversation): void {
  conversation.refuse(refusals.dataAndBdat);
}
