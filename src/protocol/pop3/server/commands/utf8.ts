// SPDX-License-Identifier: Apache-2.0
import { pop3Refusals } from "../../refusal.ts";
import type { Conversation } from "../machine-types.ts";
import { refuseArgument } from "./argument.ts";

/**
 * UTF8, RFC 6856 §2.1: in AUTHORIZATION only. It changes nothing: messages go out as they came in, whether the client
 * asked for UTF-8 or not, because an archive wants what was sent: no downgraded copy, and no refusal of the message.
 *
 * Where user names of upstreams are taken too it is not known: who signs in there after UTF8 would count on that server.
 */
export function utf8(conversation: Conversation, argument: Buffer): void {
  if (conversation.settings.alsoProxies === true) conversation.refuse(pop3Refusals.unknownCommand);
  else if (!refuseArgument(conversation, argument)) conversation.accept("Messages come as they are");
}
