// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";

/** `mbx-` and 32 lower-case hex digits: 128 random bits, so an address cannot be guessed. */
export type MailboxId = `mbx-${string}`;

const mailboxIdPattern = /^mbx-[0-9a-f]{32}$/;

export function generateMailboxId(): MailboxId {
  return `mbx-${randomBytes(16).toString("hex")}`;
}

/** Reads a mailbox id in any letter case; `undefined` when it is not one. */
export function parseMailboxId(text: string): MailboxId | undefined {
  const lower = text.toLowerCase();
  return isMailboxId(lower) ? lower : undefined;
}

function isMailboxId(text: string): text is MailboxId {
  return mailboxIdPattern.test(text);
}

/**
 * Names one message for ever (RFC 1939 §7): the eight characters of the store's epoch, a dash, and the message's
 * sequence number in ten hex digits. A new epoch begins at every start of the gateway, so an id cannot return even
 * when an old copy of the data directory is put back.
 */
export type UniqueId = string & { readonly brand?: "unique-id" };

const uniqueIdPattern = /^[0-9a-z]{8}-[0-9a-f]{10}$/;

export function formatUniqueId(epoch: string, sequence: number): UniqueId {
  return `${epoch}-${sequence.toString(16).padStart(10, "0")}`;
}

/** Takes a unique-id apart; `undefined` when it is not one of ours. */
export function parseUniqueId(text: string): { readonly epoch: string; readonly sequence: number } | undefined {
  if (!uniqueIdPattern.test(text)) return undefined;
  return { epoch: text.slice(0, 8), sequence: Number.parseInt(text.slice(9), 16) };
}

const epochAlphabet = "0123456789abcdefghijklmnopqrstuv";

/** Eight characters of 40 random bits. */
export function generateEpoch(): string {
  let epoch = "";
  for (const octet of randomBytes(8)) epoch += epochAlphabet[octet & 31];
  return epoch;
}
