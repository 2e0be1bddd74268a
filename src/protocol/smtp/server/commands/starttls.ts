// SPDX-License-Identifier: Apache-2.0
import { refusals } from "../../refusal.ts";
import type { Conversation } from "../machine-types.ts";

/**
 * STARTTLS, RFC 3207 §4. Octets behind it came in clear and must not be taken for part of the encrypted session
 * (CVE-2011-0411): the conversation ends.
 */
export function startTls(conversation: Conversation, text: string): void {
  if (conversation.settings.encrypted) conversation.refuse(refusals.tlsActive);
  else if (text.trim() !== "") conversation.refuse(refusals.argumentSyntax);
  else if (conversation.pendingBytes > 0) conversation.refuse(refusals.inputAfterStartTls);
  else {
    conversation.reply(220, "2.0.0", "Ready to start TLS");
    conversation.state = { name: "over" };
    conversation.emit({ type: "start-tls" });
  }
}
