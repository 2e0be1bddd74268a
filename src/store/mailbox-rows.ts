// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { PosternError } from "../base/errors.ts";
import { parseMailboxId } from "../base/ids.ts";
import type { MailboxRow } from "./contract.ts";

/** A registry row with the number the other tables know it by; a number is never given twice. */
export interface NumberedMailbox {
  readonly number: number;
  readonly row: MailboxRow;
}

const columns = `id, name, description, state, created_at, recipient, identity_file, allowed_peers, require_tls, settings`;

export const insertMailboxSql = `INSERT INTO mailbox (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
export const updateMailboxSql = `UPDATE mailbox SET (${columns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE number = ?`;
/** The mark of the key that messages must be sealed to; no row when the mailbox was removed. */
export const keyMarkSql = `SELECT substr(recipient, -32) AS mark FROM mailbox WHERE number = ? AND removed_at IS NULL`;

/** The end of a recipient's text: 130 bits of key and a check sum, enough to tell any two keys apart. */
export function keyMark(recipient: string): string {
  return recipient.slice(-32);
}

/** The number and id stay, for the ledger; what described and opened the mailbox goes. */
export const removeMailboxSql = `UPDATE mailbox SET name = '', description = '', recipient = '', identity_file = x'',
  allowed_peers = '[]', settings = '{}', removed_at = ? WHERE number = ?`;

export function mailboxValues(row: MailboxRow): SQLInputValue[] {
  return [
    row.id,
    row.name,
    row.description,
    row.state,
    row.createdAtMs,
    row.recipient,
    row.identityFile,
    JSON.stringify(row.allowedPeers),
    row.requireTls ? 1 : 0,
    JSON.stringify(row.settings),
  ];
}

/** All mailboxes that were not removed, oldest first. Throws `store/damaged`. */
export function readMailboxes(index: DatabaseSync): readonly NumberedMailbox[] {
  const statement = index.prepare(`SELECT number, ${columns} FROM mailbox WHERE removed_at IS NULL ORDER BY number`);
  const rows = refusingHugeNumbers("a registry row", () => statement.all());
  return rows.map((row) => ({ number: Number(row["number"]), row: readRow(row) }));
}

/** One of them; `undefined` when it was removed. Throws `store/damaged`. */
export function readMailbox(index: DatabaseSync, number: number): MailboxRow | undefined {
  const statement = index.prepare(`SELECT ${columns} FROM mailbox WHERE number = ? AND removed_at IS NULL`);
  const row = refusingHugeNumbers(`the registry row of mailbox number ${number}`, () => statement.get(number));
  return row === undefined ? undefined : readRow(row);
}

/** `node:sqlite` throws for an integer that no number holds; none of ours is so large. Throws `store/damaged`. */
function refusingHugeNumbers<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PosternError("store/damaged", what, { cause: error });
  }
}

/** Throws `store/damaged`. */
function readRow(row: Record<string, SQLOutputValue>): MailboxRow {
  const id = parseMailboxId(String(row["id"]));
  const identityFile = row["identity_file"];
  const [settings, allowedPeers] = [parsed(row["settings"]), parsed(row["allowed_peers"])];
  if (
    id === undefined ||
    !(identityFile instanceof Uint8Array) ||
    !isRecord(settings) ||
    !Array.isArray(allowedPeers)
  ) {
    throw new PosternError("store/damaged", `the registry row of mailbox ${String(row["id"])}`);
  }
  return {
    id,
    name: String(row["name"]),
    description: String(row["description"]),
    state: row["state"] === "suspended" ? "suspended" : "active",
    createdAtMs: Number(row["created_at"]),
    recipient: String(row["recipient"]),
    identityFile,
    allowedPeers: allowedPeers.map(String),
    requireTls: row["require_tls"] === 1,
    settings,
  };
}

/** `undefined` for what is no JSON. */
function parsed(text: SQLOutputValue | undefined): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
