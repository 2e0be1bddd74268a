// SPDX-License-Identifier: Apache-2.0
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { MailboxId } from "../base/ids.ts";
import { parseMailboxId } from "../base/ids.ts";
import type { MailboxRow } from "./contract.ts";
import type { DataDirectory } from "./data-directory.ts";

/**
 * A copy of a mailbox's row in the registry, in a file of its own: the row has the only key to the mailbox's mail, and a
 * damaged index must not take it along. Nothing in it is secret that is not sealed.
 */
export interface MailboxCopy {
  /** Of the ledger row that tells of the last change. */
  readonly ledgerPosition: number;
  readonly row: MailboxRow;
}

/** The events of a ledger that change a mailbox's row. */
const rowEvents = ["created", "changed", "activated", "suspended", "key-changed", "password-changed"] as const;

export function mailboxCopyPath(directory: DataDirectory, id: MailboxId): string {
  return join(directory.mailboxes, `${id}.json`);
}

/** The text of the file: a JSON object with a SHA-256 of all before it, so that a damaged copy is known as one. */
export function formatMailboxCopy({ ledgerPosition, row }: MailboxCopy): string {
  const { identityFile, ...rest } = row;
  const identity = Buffer.from(identityFile).toString("base64");
  const text = JSON.stringify({ copy: 1, ledgerPosition, ...sorted(rest), identityFile: identity });
  return `${text.slice(0, -1)},"sha256":"${hash("sha256", text)}"}\n`;
}

/** The mailbox's copy; `undefined` when there is none, or one that is not whole. */
export function readMailboxCopy(directory: DataDirectory, id: MailboxId): MailboxCopy | undefined {
  let text: string;
  try {
    text = readFileSync(mailboxCopyPath(directory, id), "utf8");
  } catch {
    return undefined;
  }
  const copy = parseMailboxCopy(text);
  return copy?.row.id === id ? copy : undefined;
}

export function parseMailboxCopy(text: string): MailboxCopy | undefined {
  const end = text.lastIndexOf(',"sha256":"');
  if (end < 0 || text.slice(end) !== `,"sha256":"${hash("sha256", `${text.slice(0, end)}}`)}"}\n`) return undefined;
  return fromJson(JSON.parse(text));
}

function fromJson(value: unknown): MailboxCopy | undefined {
  if (!isRecord(value)) return undefined;
  const { copy, ledgerPosition, id, name, description, state, createdAtMs, recipient, identityFile } = value;
  const { allowedPeers, requireTls, settings } = value;
  const known = parseMailboxId(String(id));
  if (copy !== 1 || known === undefined || !Array.isArray(allowedPeers) || !isRecord(settings)) return undefined;
  return {
    ledgerPosition: Number(ledgerPosition),
    row: {
      id: known,
      name: String(name),
      description: String(description),
      state: state === "suspended" ? "suspended" : "active",
      createdAtMs: Number(createdAtMs),
      recipient: String(recipient),
      identityFile: Buffer.from(String(identityFile), "base64"),
      allowedPeers: allowedPeers.map(String),
      requireTls: requireTls === true,
      settings,
    },
  };
}

/** Of the ledger row that tells of a mailbox's last change; changes are few, and the newest rows are looked at first. */
export function lastChange(index: DatabaseSync, mailbox: number): number {
  const events = rowEvents.map((event) => `'${event}'`).join(", ");
  const row = index
    .prepare(`SELECT position FROM ledger WHERE mailbox = ? AND event IN (${events}) ORDER BY position DESC LIMIT 1`)
    .get(mailbox);
  return Number(row?.["position"] ?? 0);
}

/** In one order, whoever made the row. */
function sorted(row: Omit<MailboxRow, "identityFile">): Omit<MailboxRow, "identityFile"> {
  const { id, name, description, state, createdAtMs, recipient, allowedPeers, requireTls, settings } = row;
  return { id, name, description, state, createdAtMs, recipient, allowedPeers, requireTls, settings };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
