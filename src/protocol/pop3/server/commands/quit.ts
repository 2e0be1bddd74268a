// SPDX-License-Identifier: Apache-2.0
import { pop3Refusals } from "../../refusal.ts";
import { negative } from "../../response.ts";
import type { Answer, Conversation, Transaction } from "../machine-types.ts";
import { refuseArgument } from "./argument.ts";

/** QUIT in AUTHORIZATION, RFC 1939 §4. */
export function quit(conversation: Conversation, argument: Buffer): void {
  if (!refuseArgument(conversation, argument)) leave(conversation);
}

/** QUIT in TRANSACTION, RFC 1939 §6: enters UPDATE. The answer comes when the removal is durable (I1). */
export function update(conversation: Conversation, argument: Buffer, { marks }: Transaction): void {
  if (refuseArgument(conversation, argument)) return;
  if (marks.count === 0) {
    leave(conversation);
    return;
  }
  conversation.state = { name: "update" };
  conversation.ask({ type: "ask-update", marks }, (answer: Answer) => {
    if (answer.type !== "updated") throw new TypeError("an update is answered by updated");
    conclude(conversation, answer.removed, answer.failed);
  });
}

/** RFC 1939 §6: the truth about what was removed. An archive that believes a false +OK loses track of its mail. */
function conclude(conversation: Conversation, removed: number, failed: number): void {
  if (failed === 0) conversation.accept(`Bye, ${removed} messages removed`);
  else {
    const refusal = pop3Refusals.notAllRemoved;
    const text = negative(`${failed} of ${removed + failed} messages not removed`, refusal.code);
    conversation.emit({ type: "respond", text, refusal });
  }
  close(conversation);
}

function leave(conversation: Conversation): void {
  conversation.accept("Bye");
  close(conversation);
}

function close(conversation: Conversation): void {
  conversation.state = { name: "over" };
  conversation.emit({ type: "close" });
}
