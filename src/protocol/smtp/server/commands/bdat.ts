// SPDX-License-Identifier: Apache-2.0
import { type Refusal, refusals } from "../../refusal.ts";
import type { CommandState, Conversation, State } from "../machine-types.ts";

/**
 * BDAT, RFC 3030 §2: so many octets follow as they are, without dot-stuffing. They are read in every case, also when the
 * command is refused, or the conversation would take content for commands.
 */
export function bdat(conversation: Conversation, text: string, state: CommandState): void {
  const match = /^(\d{1,15})(?: +(LAST))? *$/i.exec(text);
  if (match === null) {
    conversation.refuse(refusals.argumentSyntax);
    return;
  }
  const chunk = { bytes: Number(match[1]), last: match[2] !== undefined };
  switch (state.name) {
    case "connected":
      skip(conversation, chunk, state, refusals.helloFirst);
      return;
    case "ready":
      skip(conversation, chunk, state, refusals.mailFirst);
      return;
    case "envelope":
      firstChunk(conversation, chunk, state);
      return;
    case "chunks":
      nextChunk(conversation, chunk, state);
      return;
  }
}

interface Chunk {
  readonly bytes: number;
  readonly last: boolean;
}

function skip(conversation: Conversation, chunk: Chunk, after: CommandState, failed: Refusal): void {
  conversation.state = { name: "chunk", after, remainingBytes: chunk.bytes, last: chunk.last, failed };
}

function firstChunk(
  conversation: Conversation,
  chunk: Chunk,
  { hello, transaction }: Extract<State, { readonly name: "envelope" }>,
): void {
  const after = { name: "chunks", hello, transaction, receivedBytes: 0, failed: undefined } as const;
  if (transaction.recipients.length === 0) {
    skip(conversation, chunk, { ...after, failed: refusals.noRecipients }, refusals.noRecipients);
    return;
  }
  conversation.ask({ type: "ask-content", envelope: transaction }, (answer) => {
    if (answer.accepted) takeChunk(conversation, chunk, after);
    else skip(conversation, chunk, { ...after, failed: answer.refusal }, answer.refusal);
  });
}

function nextChunk(conversation: Conversation, chunk: Chunk, state: Extract<State, { readonly name: "chunks" }>): void {
  if (state.failed === undefined) takeChunk(conversation, chunk, state);
  else skip(conversation, chunk, state, refusals.transactionFailed);
}

function takeChunk(conversation: Conversation, chunk: Chunk, state: Extract<State, { readonly name: "chunks" }>): void {
  const receivedBytes = state.receivedBytes + chunk.bytes;
  if (receivedBytes > conversation.settings.maxMessageBytes) {
    conversation.emit({ type: "discard" });
    skip(conversation, chunk, { ...state, failed: refusals.tooLarge }, refusals.tooLarge);
    return;
  }
  conversation.state = {
    name: "chunk",
    after: { ...state, receivedBytes },
    remainingBytes: chunk.bytes,
    last: chunk.last,
    failed: undefined,
  };
}
