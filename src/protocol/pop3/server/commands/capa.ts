// SPDX-License-Identifier: Apache-2.0
import type { CommandState, Conversation } from "../machine-types.ts";
import { mechanisms } from "./authorization.ts";

/** CAPA, RFC 2449 §5: what can be done in this state, on this connection. */
export function capa(conversation: Conversation, text: string, state: CommandState): void {
  if (text !== "") {
    conversation.refuse("CAPA takes no argument");
    return;
  }
  const { encrypted } = conversation.settings;
  conversation.acceptLines("Capabilities follow", [
    "TOP",
    "UIDL",
    "PIPELINING",
    "RESP-CODES",
    "AUTH-RESP-CODE",
    "EXPIRE NEVER",
    ...(state.name === "authorization" ? ["UTF8"] : []),
    // RFC 2449 §6.2, §6.3: signing in is announced where it is possible, which is inside TLS.
    ...(encrypted ? ["USER", `SASL ${mechanisms.join(" ")}`] : ["STLS"]),
    "IMPLEMENTATION Postern",
  ]);
}
