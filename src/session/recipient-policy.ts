// SPDX-License-Identifier: Apache-2.0
import { type MailboxId, parseMailboxId } from "../base/ids.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { Readiness } from "../store/contract.ts";

/** What the policy looks at; all of it is in memory, so that RCPT is answered at once. */
export interface RecipientPolicySettings {
  /** Domains of mailbox addresses, lower case. */
  readonly domains: ReadonlySet<string>;
  findMailbox(id: MailboxId): Mailbox | undefined;
  /** Whether the gateway-wide allow-list and the mailbox's own let this peer deliver. */
  peerAllowed(mailbox: Mailbox, peerAddress: string): boolean;
  readiness(expectedBytes: number): Readiness;
}

export interface RecipientQuestion {
  readonly localPart: string;
  readonly domain: string | undefined;
  readonly peerAddress: string;
  readonly encrypted: boolean;
  readonly expectedBytes: number;
}

export type RecipientVerdict =
  | { readonly accepted: true; readonly mailbox: Mailbox }
  | { readonly accepted: false; readonly cause: RecipientRefusalCause; readonly mailbox?: MailboxId };

export type RecipientRefusalCause =
  | "relay-denied"
  | "unknown-mailbox"
  | "mailbox-suspended"
  | "tls-required"
  | "peer-not-allowed"
  | "disk-low"
  | "store-failing"
  | "stopping";

/**
 * Whether a forward-path leads to a mailbox of ours that takes mail from this peer. Mail for anybody else is refused:
 * Postern never relays (I10). Trouble of ours is temporary (I7).
 */
export function judgeRecipient(settings: RecipientPolicySettings, question: RecipientQuestion): RecipientVerdict {
  const { localPart, domain } = question;
  if (domain === undefined || !settings.domains.has(domain.toLowerCase()))
    return { accepted: false, cause: "relay-denied" };
  const id = parseMailboxId(localPart);
  const mailbox = id === undefined ? undefined : settings.findMailbox(id);
  if (mailbox === undefined) return { accepted: false, cause: "unknown-mailbox" };
  const cause = mailboxRefusal(settings, mailbox, question);
  return cause === undefined ? { accepted: true, mailbox } : { accepted: false, cause, mailbox: mailbox.id };
}

function mailboxRefusal(
  settings: RecipientPolicySettings,
  mailbox: Mailbox,
  question: RecipientQuestion,
): RecipientRefusalCause | undefined {
  if (mailbox.requireTls && !question.encrypted) return "tls-required";
  if (!settings.peerAllowed(mailbox, question.peerAddress)) return "peer-not-allowed";
  if (mailbox.state === "suspended") return "mailbox-suspended";
  switch (settings.readiness(question.expectedBytes)) {
    case "ready":
      return undefined;
    case "disk-low":
      return "disk-low";
    case "failing":
      return "store-failing";
    case "stopped":
      return "stopping";
  }
}
