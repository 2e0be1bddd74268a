// SPDX-License-Identifier: Apache-2.0
import { type Refusal, refusals } from "../../protocol/smtp/refusal.ts";
import type { Reply } from "../../protocol/smtp/reply.ts";
import type { Answer } from "../../protocol/smtp/server/machine-types.ts";
import type { UpstreamAnswer, UpstreamEnd } from "./smtp-upstream.ts";

/**
 * An upstream's reply as the client gets it: code and text as they are. We announce enhanced codes, so that one is made
 * when the upstream gave none (RFC 2034 §4). `subject` is its second and third number when it says that all is well.
 */
export function relayedReply(reply: Reply, subject: string): Reply {
  if (reply.enhanced !== undefined) return reply;
  const digit = Math.floor(reply.code / 100);
  return { ...reply, enhanced: digit === 2 ? `2.${subject}` : `${digit}.0.0` };
}

/** The answer to a command that the upstream answered. */
export function relayedAnswer(answer: UpstreamAnswer, subject: string): Answer {
  if (answer.kind === "gone") return { accepted: false, refusal: refusalForEnd(answer) };
  const reply = relayedReply(answer.reply, subject);
  return answer.reply.code < 400 ? { accepted: true, reply } : { accepted: false, refusal: relayedRefusal(reply) };
}

/** RFC 5321 §3.8: who says 421 closes, and so do we. */
export function relayedRefusal(reply: Reply): Refusal {
  const refusal = { cause: "upstream-refused", reply, relayed: true } as const;
  return reply.code === 421 ? { ...refusal, closes: true } : refusal;
}

/** What is said when the conversation with the upstream is over: its own 421, or that it is gone. */
export function refusalForEnd({ reply }: UpstreamEnd): Refusal {
  return reply === undefined ? refusals.upstreamGone : relayedRefusal(relayedReply(reply, "0.0"));
}

/** A reply in one line, for the record. */
export function replyLine({ code, enhanced, lines }: Reply): string {
  return [String(code), ...(enhanced === undefined ? [] : [enhanced]), ...lines].join(" ").slice(0, maxLineCharacters);
}

/** Some servers explain themselves at length. */
const maxLineCharacters = 400;
