// SPDX-License-Identifier: Apache-2.0
import { pop3Refusals } from "../../refusal.ts";
import type { Conversation } from "../machine-types.ts";
import { refuseArgument } from "./argument.ts";

/**
 * STLS, RFC 2595 §4. Octets behind it came in clear and must not be taken for part of the encrypted session
 * (CVE-2011-0411 and its like): the conversation ends.
 */
export function stls(conversation: Conversation, argument: Buffer): void {
  if (refuseArgument(conversation, argument)) return;
  if (conversation.pendingBytes > 0) {
    conversation.refuse(pop3Refusals.inputAfterStls);
    return;
  }
  conversation.accept("Begin TLS");
  conversation.state = { name: "over" };
  conversation.emit({ type: "start-tls" });
}
