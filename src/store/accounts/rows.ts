// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../../base/errors.ts";
import type { AccountRow, AuditRow, FactorRow, TokenRow } from "./contract.ts";

/** A row as SQLite gives it; what is read from it is checked. */
export type Row = Readonly<Record<string, unknown>>;

/** Each of these throws `store/damaged` for a row that is none. */
export function accountOf(row: Row): AccountRow {
  return {
    name: text(row, "name"),
    role: text(row, "role"),
    passwordHash: text(row, "password_hash"),
    createdAtMs: Number(row["created_at"]),
    passwordChangedAtMs: Number(row["password_changed_at"]),
  };
}

export function tokenOf(row: Row): TokenRow {
  return {
    id: text(row, "id"),
    account: text(row, "account"),
    name: text(row, "name"),
    hash: text(row, "hash"),
    scopes: text(row, "scopes").split(" "),
    createdAtMs: Number(row["created_at"]),
    expiresAtMs: Number(row["expires_at"]),
  };
}

export function factorOf(row: Row): FactorRow {
  return {
    id: text(row, "id"),
    account: text(row, "account"),
    kind: text(row, "kind"),
    name: text(row, "name"),
    createdAtMs: Number(row["created_at"]),
    lastUsedAtMs: row["last_used_at"] === null ? null : Number(row["last_used_at"]),
    sealed: bytes(row, "sealed"),
  };
}

export function auditOf(row: Row): AuditRow {
  return {
    position: Number(row["position"]),
    atMs: Number(row["at"]),
    actor: text(row, "actor"),
    origin: text(row, "origin"),
    action: text(row, "action"),
    subject: text(row, "subject"),
    before: row["before"] === null ? null : text(row, "before"),
    after: row["after"] === null ? null : text(row, "after"),
    hash: Buffer.from(bytes(row, "hash")).toString("hex"),
  };
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new PosternError("store/damaged", `accounts.sqlite has no text in column ${column}`);
}

/** Throws `store/damaged`. */
export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw new PosternError("store/damaged", `accounts.sqlite has no bytes in column ${column}`);
}
