// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from "node:crypto";
import { type Refusal, refusals } from "../protocol/smtp/refusal.ts";
import { reply } from "../protocol/smtp/reply.ts";

/**
 * Why an upstream could not be used. A failure is never a wrong password: that is the upstream's to say. It has two
 * faces: `text` for the log and the administrator, `peerText` for the mail client. The latter tells nothing that a port
 * scan through us would want to know; a certificate is public, so what is wrong with it may be told.
 */
export interface UpstreamFailure {
  readonly kind: "failed";
  readonly cause: FailureCause;
  readonly text: string;
  readonly peerText: string;
  /** The certificate that was shown, when one was: for a report that helps to pin it. */
  readonly certificate?: X509Certificate;
}

export type FailureCause =
  /** The address rules say no. Answered like a wrong password, so that nobody learns the rules. */
  | "target-refused"
  | "name-not-found"
  | "name-lookup-failed"
  | "unreachable"
  | "timed-out"
  | "tls-failed"
  /** What came was no TLS at all: behind this port STARTTLS may be meant. */
  | "speaks-no-tls"
  | "certificate-expired"
  | "certificate-not-yet-valid"
  | "certificate-other-name"
  | "certificate-untrusted"
  | "certificate-not-pinned"
  | "tls-not-offered"
  | "response-injection"
  /** It hung up, said something that is not its protocol, or refused the conversation as a whole. */
  | "conversation-broken"
  | "no-mechanism"
  /** The server could not prove that it knows the password (SCRAM). */
  | "server-not-verified";

const tellable: ReadonlySet<FailureCause> = new Set([
  "name-not-found",
  "certificate-expired",
  "certificate-not-yet-valid",
  "certificate-other-name",
  "certificate-untrusted",
  "certificate-not-pinned",
  "tls-not-offered",
  "no-mechanism",
]);

/** @param host as the user typed it, for the text that goes to the client */
export function failure(cause: FailureCause, text: string, host: string): UpstreamFailure {
  return {
    kind: "failed",
    cause,
    text,
    peerText: tellable.has(cause) ? text : `the server ${host} cannot be used now`,
  };
}

/** The answer to AUTH: 454, so that the client keeps the password and tries again (RFC 4954 §4.7). */
export function failureReply({ cause, peerText }: UpstreamFailure): Refusal {
  if (cause === "target-refused") return { ...refusals.signInDenied, cause };
  return { cause, reply: reply(454, "4.7.0", printable(peerText)) };
}

/** The answer to PASS or AUTH of POP3: `[SYS/TEMP]` (RFC 3206 §4), never `[AUTH]` but for what is to look like it. */
export function failureResponse({ cause, peerText }: UpstreamFailure): {
  readonly text: string;
  readonly code: "SYS/TEMP" | "AUTH";
} {
  if (cause === "target-refused") return { text: refusals.signInDenied.reply.lines.join(" "), code: "AUTH" };
  return { text: printable(peerText), code: "SYS/TEMP" };
}

/** What came from a network may hold anything; what goes to a client is printable ASCII of one line. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, "?").slice(0, 400);
}
