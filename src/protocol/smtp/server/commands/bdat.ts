// SPDX-License-Identifier: Apache-2.0
import { Cursor } from "../../cursor.ts";
import { type Refusal, refusals } from "../../refusal.ts";
import type { CommandState, Conversation, State } from "../machine-types.ts";

/**
 * BDAT, RFC 3030 §2: so many octets follow as they are, without dot-stuffing. They are read in every case, also when the
 * command is refused, or the conversation would take content for commands.
 */
export function bdat(conversation: Conversation, text: string, state: CommandState): void {
  const chunk = readChunk(text);
  if (chunk === undefined) {
    if (state.name === "chunks") conversation.emit({ type: "discard" });
    conversation.refuse(refusals.chunkSyntax);
    return;
  }
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

/** More digits than a number can hold exactly. */
const maxSizeDigits = 15;

/** `size [LAST]`; `undefined` when it is not that. */
function readChunk(text: string): Chunk | undefined {
  const cursor = new Cursor(text);
  const size = cursor.takeWhile((character) => character >= "0" && character <= "9");
  const parted = cursor.takeWhile(isBlank) !== "";
  const last = parted && cursor.take("LAST");
  cursor.takeWhile(isBlank);
  if (size === "" || size.length > maxSizeDigits || !cursor.atEnd) return undefined;
  return { bytes: Number(size), last };
}

function isBlank(character: string): boolean {
  return character === " ";
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
  conversation.ask({ type: "ask-content", envelope: transaction, transfer: "BDAT" }, (answer) => {
    if (answer.accepted) takeChunk(conversation, chunk, after);
    else skip(conversation, chunk, { ...after, failed: answer.refusal }, answer.refusal);
  });
}

function nextChunk(conversation: Conversation, chunk: Chunk, state: Extract<State, { readonly name: "chunks" }>): void {
  if (state.failed === undefined) takeChunk(conversation, chunk, state);
  // The first refusal again: to a sender that looks at the last reply alone, a 5yz would hide our 4yz (I7).
  else read(conversation, chunk, { after: state, failed: state.failed, failedBefore: true });
}

function takeChunk(conversation: Conversation, chunk: Chunk, state: Extract<State, { readonly name: "chunks" }>): void {
  const receivedBytes = state.receivedBytes + chunk.bytes;
  if (receivedBytes > conversation.settings.maxMessageBytes) {
    conversation.emit({ type: "discard" });
    skip(conversation, chunk, { ...state, failed: refusals.tooLarge }, refusals.tooLarge);
    return;
  }
  read(conversation, chunk, { after: { ...state, receivedBytes }, failed: undefined, failedBefore: false });
}

/** Reads the octets of a chunk that is refused at its end. */
function skip(conversation: Conversation, chunk: Chunk, after: CommandState, failed: Refusal): void {
  read(conversation, chunk, { after, failed, failedBefore: false });
}

function read(
  conversation: Conversation,
  { bytes, last }: Chunk,
  rest: Pick<Extract<State, { readonly name: "chunk" }>, "after" | "failed" | "failedBefore">,
): void {
  conversation.state = { name: "chunk", remainingBytes: bytes, last, ...rest };
}
