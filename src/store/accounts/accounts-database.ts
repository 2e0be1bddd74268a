// SPDX-License-Identifier: Apache-2.0
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { PosternError } from "../../base/errors.ts";
import type { DataDirectory } from "../data-directory.ts";
import { ensurePrivateFile, tightenBeside } from "../private-files.ts";
import { pragmaNumber } from "../schema.ts";
import { auditGenesis, auditHash } from "./audit-chain.ts";
import type { AccountChange, AccountRow, AuditEntry, AuditRow, TokenRow } from "./contract.ts";

/** "PSTA": tells the accounts from any other SQLite file. */
const applicationId = 0x50_53_54_41;
const schemaVersion = 1;

/** The triggers keep a mistake of this program from rewriting the trail; against others there is the chain. */
const tables = `
  CREATE TABLE account (
    name TEXT PRIMARY KEY, role TEXT NOT NULL, password_hash TEXT NOT NULL, created_at INTEGER NOT NULL,
    password_changed_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE token (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE, name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE audit (
    position INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, origin TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, before TEXT, after TEXT, hash BLOB NOT NULL
  );
  CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
  CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
`;

type Row = Readonly<Record<string, unknown>>;

/** The file of accounts, tokens and audit trail. Blocking: for a thread of its own and for verification. */
export class AccountsDatabase {
  readonly #file: DatabaseSync;

  private constructor(file: DatabaseSync) {
    this.#file = file;
  }

  /** Makes the file when it is not there. Throws `store/bad-version`, `store/too-open`. */
  static openForWriting({ accounts }: DataDirectory): AccountsDatabase {
    ensurePrivateFile(accounts);
    tightenBeside(accounts);
    const fresh = statSync(accounts).size === 0;
    const file = new DatabaseSync(accounts);
    return opened(file, () => {
      // FULL: COMMIT returns after the sync, so what was answered is there after a power cut.
      file.exec(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA busy_timeout = 5000",
      );
      if (fresh) {
        file.exec(
          `BEGIN; ${tables} PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`,
        );
      }
      return new AccountsDatabase(file);
    });
  }

  /** Throws `store/bad-version`. */
  static openForReading({ accounts }: DataDirectory): AccountsDatabase {
    const file = new DatabaseSync(accounts, { readOnly: true });
    return opened(file, () => {
      file.exec("PRAGMA busy_timeout = 5000");
      return new AccountsDatabase(file);
    });
  }

  accounts(): readonly AccountRow[] {
    return this.#file.prepare("SELECT * FROM account ORDER BY created_at, name").all().map(accountOf);
  }

  tokens(): readonly TokenRow[] {
    return this.#file.prepare("SELECT * FROM token ORDER BY created_at, id").all().map(tokenOf);
  }

  apply(changes: readonly AccountChange[], entry: AuditEntry): void {
    this.#file.exec("BEGIN IMMEDIATE");
    try {
      for (const change of changes) this.#change(change);
      this.#append(entry);
      this.#file.exec("COMMIT");
    } catch (error) {
      if (this.#file.isTransaction) this.#file.exec("ROLLBACK");
      throw error;
    }
  }

  auditBefore(position: number, limit: number): readonly AuditRow[] {
    const rows = this.#file.prepare("SELECT * FROM audit WHERE position < ? ORDER BY position DESC LIMIT ?");
    return rows.all(position, limit).map(auditOf);
  }

  /** From the first entry on, without taking all into memory. */
  *audit(): Generator<AuditRow> {
    for (const row of this.#file.prepare("SELECT * FROM audit ORDER BY position").iterate()) yield auditOf(row);
  }

  close(): void {
    this.#file.close();
  }

  #change(change: AccountChange): void {
    switch (change.kind) {
      case "put-account": {
        const { name, role, passwordHash, createdAtMs, passwordChangedAtMs } = change.row;
        this.#file
          .prepare(
            `INSERT INTO account VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE
             SET role = ?2, password_hash = ?3, password_changed_at = ?5`,
          )
          .run(name, role, passwordHash, createdAtMs, passwordChangedAtMs);
        return;
      }
      case "remove-account":
        this.#file.prepare("DELETE FROM account WHERE name = ?").run(change.name);
        return;
      case "put-token": {
        const { id, account, name, hash, scopes, createdAtMs, expiresAtMs } = change.row;
        this.#file
          .prepare("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?)")
          .run(id, account, name, hash, scopes.join(" "), createdAtMs, expiresAtMs);
        return;
      }
      case "remove-token":
        this.#file.prepare("DELETE FROM token WHERE id = ?").run(change.id);
        return;
      default:
        change satisfies never;
    }
  }

  #append(entry: AuditEntry): void {
    const last = this.#file.prepare("SELECT position, hash FROM audit ORDER BY position DESC LIMIT 1").get();
    const position = last === undefined ? 1 : Number(last["position"]) + 1;
    const hash = auditHash(last === undefined ? auditGenesis() : bytes(last, "hash"), position, entry);
    const { atMs, actor, origin, action, subject, before, after } = entry;
    this.#file
      .prepare("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(position, atMs, actor, origin, action, subject, before, after, hash);
  }
}

function opened(file: DatabaseSync, open: () => AccountsDatabase): AccountsDatabase {
  try {
    const database = open();
    const known = pragmaNumber(file, "application_id") === applicationId;
    if (known && pragmaNumber(file, "user_version") === schemaVersion) return database;
    throw new PosternError("store/bad-version", "accounts.sqlite is not of this version");
  } catch (error) {
    file.close();
    throw error;
  }
}

function accountOf(row: Row): AccountRow {
  return {
    name: text(row, "name"),
    role: text(row, "role"),
    passwordHash: text(row, "password_hash"),
    createdAtMs: Number(row["created_at"]),
    passwordChangedAtMs: Number(row["password_changed_at"]),
  };
}

function tokenOf(row: Row): TokenRow {
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

function auditOf(row: Row): AuditRow {
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

function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw new PosternError("store/damaged", `accounts.sqlite has no bytes in column ${column}`);
}
