// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import { type MailboxId, parseMailboxId, type UniqueId } from "../base/ids.ts";
import { type DataDirectory, dataDirectory } from "./data-directory.ts";
import { Epochs, readEpochs } from "./epochs.ts";
import { namingTheIndex } from "./lost-index.ts";
import { PayloadReader } from "./payload-reader.ts";
import { openIndexForReading } from "./schema.ts";
import { ExpectedMessages } from "./verify-arrivals.ts";
import { verifyAudit } from "./verify-audit.ts";
import { verifyFiles } from "./verify-files.ts";
import { despiteDamage, verifyIndex, verifyOwners } from "./verify-index.ts";
import { verifyLedger } from "./verify-ledger.ts";
import { MessageVerifier } from "./verify-messages.ts";
import { verifyRegistry } from "./verify-registry.ts";

/** Something that is not as it must be. */
export interface Finding {
  /**
   * `damage`: evidence or mail is lost or changed; `known`: that, and a repair wrote it down; `leftover`: only space is
   * wasted, a start ends it.
   */
  readonly severity: "damage" | "known" | "leftover";
  readonly code: FindingCode;
  readonly mailbox: MailboxId | undefined;
  readonly uniqueId: UniqueId | undefined;
  /** For people. */
  readonly text: string;
}

/** Stable names; `docs/formats/data-directory.md` explains each. */
export type FindingCode =
  | "index-damaged"
  | "known-damage"
  | "accounts-damaged"
  | "mailbox-missing"
  | "mailbox-damaged"
  | "copy-damaged"
  | "message-missing"
  | "facts-disagree"
  | "ledger-gap"
  | "ledger-changed"
  | "ledger-disagrees"
  | "audit-gap"
  | "audit-changed"
  | "payload-missing"
  | "payload-damaged"
  | "addendum-damaged"
  | "tally-wrong"
  | "segment-account-wrong"
  | "unwanted-file";

export interface VerifyOptions {
  /** This mailbox alone; its files are read, files without an owner are not looked for. */
  readonly mailbox?: MailboxId;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

export interface VerifyProgress {
  readonly mailboxes: number;
  readonly ledgerRows: number;
  readonly messages: number;
  readonly sealedBytes: number;
}

/** What verification needs everywhere. */
export interface VerifyParts {
  readonly directory: DataDirectory;
  readonly index: DatabaseSync;
  readonly epochs: Epochs;
  readonly payload: PayloadReader;
  readonly progress: { mailboxes: number; ledgerRows: number; messages: number; sealedBytes: number };
  readonly report: () => void;
}

export interface VerifiedMailbox {
  readonly number: number;
  readonly id: MailboxId;
}

/**
 * Recomputes everything that can be recomputed without a password: ledger chains, SHA-256 of every sealed message and
 * addendum against the ledger, records in their places, counts. Changes nothing; a gateway may be running meanwhile.
 * Throws `store/no-data`, `store/bad-version`, and `store/index-damaged` when not even the names of messages can be read.
 */
export async function* verifyStore(directory: string, options: VerifyOptions = {}): AsyncGenerator<Finding, void> {
  const layout = dataDirectory(directory);
  const index = openIndexForReading(layout);
  const progress = { mailboxes: 0, ledgerRows: 0, messages: 0, sealedBytes: 0 };
  const parts: VerifyParts = {
    directory: layout,
    index,
    epochs: epochsOf(index),
    payload: new PayloadReader(layout),
    progress,
    report: () => options.onProgress?.({ ...progress }),
  };
  try {
    if (options.mailbox === undefined) yield* despiteDamage("the index", verifyIndex(parts));
    yield* despiteDamage("the registry", verifyMailboxes(parts, options.mailbox));
    if (options.mailbox === undefined) {
      yield* despiteDamage("the registry", verifyRegistry(parts));
      yield* despiteDamage("the index", verifyOwners(parts));
      yield* verifyAudit(layout);
      yield* despiteDamage("the index", verifyFiles(parts));
    }
  } finally {
    await parts.payload.close();
    index.close();
  }
}

function epochsOf(index: DatabaseSync): Epochs {
  try {
    return new Epochs(readEpochs(index));
  } catch (error) {
    index.close();
    throw namingTheIndex(error);
  }
}

async function* verifyMailboxes(parts: VerifyParts, only: MailboxId | undefined): AsyncGenerator<Finding> {
  const messages = new MessageVerifier(parts);
  for (const mailbox of mailboxes(parts.index, only)) {
    const expected = new ExpectedMessages(parts);
    yield* despiteDamage(`the ledger of ${mailbox.id}`, verifyLedger(parts, mailbox, expected));
    yield* despiteDamage(`the mail of ${mailbox.id}`, messages.verify(mailbox, expected));
    yield* despiteDamage(`the count of ${mailbox.id}`, tallyFindings(parts, mailbox));
    parts.progress.mailboxes += 1;
    parts.report();
  }
}

/** Removed ones too: their ledgers stay. */
function mailboxes(index: DatabaseSync, only: MailboxId | undefined): readonly VerifiedMailbox[] {
  const rows = index.prepare("SELECT number, id FROM mailbox WHERE id = coalesce(?, id) ORDER BY number");
  return rows.all(only ?? null).flatMap((row) => {
    const id = parseMailboxId(String(row["id"]));
    return id === undefined ? [] : [{ number: Number(row["number"]), id }];
  });
}

function* tallyFindings({ index }: VerifyParts, mailbox: VerifiedMailbox): Generator<Finding> {
  // One statement sees one state of the index, whatever a running gateway does.
  const row = index
    .prepare(
      `SELECT coalesce(t.messages, 0) AS messages, coalesce(t.sealed_bytes, 0) AS bytes, m.messages AS realMessages,
         m.bytes AS realBytes
       FROM (SELECT count(*) AS messages, coalesce(sum(sealed_bytes), 0) AS bytes FROM message
             WHERE mailbox = ?1 AND state > 0) m LEFT JOIN tally t ON t.mailbox = ?1`,
    )
    .get(mailbox.number);
  if (row === undefined || (row["messages"] === row["realMessages"] && row["bytes"] === row["realBytes"])) return;
  const text = `counted ${String(row["messages"])} messages, ${String(row["bytes"])} octets; there are ${String(row["realMessages"])}, ${String(row["realBytes"])}`;
  yield { severity: "damage", code: "tally-wrong", mailbox: mailbox.id, uniqueId: undefined, text };
}
