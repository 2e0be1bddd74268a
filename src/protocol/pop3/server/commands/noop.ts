// SPDX-License-Identifier: Apache-2.0
import type { Conversation } from "../machine-types.ts";
import { refuseArgument } from "./argument.ts";

/** NOOP, RFC 1939 §5. */
export function noop(conversation: Conversation, argument: Buffer): void {
  if (!refuseArgument(conversation, argument)) conversation.accept("Ok");
}
