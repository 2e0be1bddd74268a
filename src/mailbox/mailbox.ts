// SPDX-License-Identifier: Apache-2.0
import type { MailboxId } from "../base/ids.ts";
import type { Recipient } from "../seal/contract.ts";
import { parseRecipient } from "../seal/keys.ts";
import type { MailboxRow } from "../store/contract.ts";
import { allowedTargetsOf, mostWaitingBytesOf, type Purpose, purposeOf } from "./mailbox-settings.ts";
import { type PeerList, parsePeerList } from "./peers.ts";

/** An encrypted depository as the stages use it: what its row says, read and ready. Holds nothing secret. */
export interface Mailbox {
  readonly id: MailboxId;
  readonly name: string;
  readonly description: string;
  /** *active* takes mail; *suspended* refuses it for the time being, and can be pulled all the same. */
  readonly state: "active" | "suspended";
  /** The public key that messages are sealed to. */
  readonly recipient: Recipient;
  readonly allowedPeers: PeerList;
  /** Whether a peer must use TLS to deliver. */
  readonly requireTls: boolean;
  readonly createdAtMs: number;
  readonly purpose: Purpose;
  /** What the proxy may reach for it, of what the gateway allows; empty: all of that. */
  readonly allowedTargets: readonly string[];
  /** What may wait in it, in sealed octets; `undefined`: as much as the disk takes. */
  readonly mostWaitingBytes: number | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Throws `seal/bad-key` or `mailbox/bad-request` when the row was damaged. */
export function mailboxFromRow(row: MailboxRow): Mailbox {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    state: row.state,
    recipient: parseRecipient(row.recipient),
    allowedPeers: parsePeerList(row.allowedPeers),
    requireTls: row.requireTls,
    createdAtMs: row.createdAtMs,
    purpose: purposeOf(row),
    allowedTargets: allowedTargetsOf(row),
    mostWaitingBytes: mostWaitingBytesOf(row),
    settings: row.settings,
  };
}
