// SPDX-License-Identifier: Apache-2.0
import { ehloLines } from "../../extensions.ts";
import { refusals } from "../../refusal.ts";
import type { CommandState, Conversation } from "../machine-types.ts";

/** EHLO and HELO, RFC 5321 §4.1.1.1. In mid-session they end a transaction as RSET does (RFC 5321 §4.1.4). */
export function ehlo(conversation: Conversation, text: string, state: CommandState): void {
  greet(conversation, text, state, true);
}

export function helo(conversation: Conversation, text: string, state: CommandState): void {
  greet(conversation, text, state, false);
}

function greet(conversation: Conversation, text: string, state: CommandState, extended: boolean): void {
  const name = text.trim();
  // What peers call themselves is often no domain; it is recorded, not believed.
  if (name === "" || name.length > 255 || /\s/.test(name)) {
    conversation.refuse(refusals.helloSyntax);
    return;
  }
  if (state.name === "chunks") conversation.emit({ type: "discard" });
  conversation.state = { name: "ready", hello: { name, extended } };
  const { settings, withheldNext } = conversation;
  if (withheldNext !== undefined) conversation.settings = { ...settings, withheld: withheldNext };
  conversation.reply(250, undefined, settings.hostName, ...(extended ? ehloLines(conversation.settings) : []));
}
