// SPDX-License-Identifier: Apache-2.0
import { capabilities } from "../../capabilities.ts";
import type { Conversation } from "../machine-types.ts";
import { refuseArgument } from "./argument.ts";

/** CAPA, RFC 2449 §5. */
export function capa(conversation: Conversation, argument: Buffer): void {
  if (refuseArgument(conversation, argument)) return;
  conversation.acceptLines(
    "Capabilities follow",
    capabilities({ ...conversation.settings, signedIn: conversation.state.name === "transaction" }),
  );
}
