// SPDX-License-Identifier: Apache-2.0
import { readUserName } from "../../../sasl/server/user-name.ts";
import { pop3Refusals } from "../../refusal.ts";
import type { Conversation } from "../machine-types.ts";

/**
 * USER, RFC 1939 §7. Every name is accepted: whether there is such a mailbox is not told before the password is there
 * and then not either.
 */
export function user(conversation: Conversation, argument: Buffer): void {
  const userName = readUserName(argument)?.trim();
  if (userName === undefined || userName === "") {
    conversation.refuse(pop3Refusals.argumentSyntax);
    return;
  }
  conversation.state = { name: "user-given", userName };
  conversation.accept("Send PASS");
}
