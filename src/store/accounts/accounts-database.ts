// SPDX-License-Identifier: Apache-2.0
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { PosternError } from "../../base/errors.ts";
import type { DataDirectory } from "../data-directory.ts";
import { ensurePrivateFile, tightenBeside } from "../private-files.ts";
import { pragmaNumber } from "../schema.ts";
import { auditGenesis, auditHash } from "./audit-chain.ts";
import { readAudit } from "./audit-query.ts";
import type {
  AccountChange,
  AccountRow,
  AuditEntry,
  AuditPage,
  AuditQuery,
  AuditRow,
  FactorRow,
  TokenRow,
} from "./contract.ts";
import { accountOf, auditOf, bytes, factorOf, tokenOf } from "./rows.ts";

/** "PSTA": tells the accounts from any other SQLite file. */
const applicationId = 0x50_53_54_41;
const schemaVersion = 2;

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

/** New in version 2. A file of version 1 gets it when it is opened for writing. */
const factorTable = `
  CREATE TABLE factor (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE, kind TEXT NOT NULL,
    name TEXT NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER, sealed BLOB NOT NULL
  ) WITHOUT ROWID;
`;

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
          `BEGIN; ${tables} ${factorTable} PRAGMA application_id = ${applicationId};
           PRAGMA user_version = ${schemaVersion}; COMMIT`,
        );
      } else if (pragmaNumber(file, "application_id") === applicationId && pragmaNumber(file, "user_version") === 1) {
        file.exec(`BEGIN; ${factorTable} PRAGMA user_version = ${schemaVersion}; COMMIT`);
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

  factors(): readonly FactorRow[] {
    return this.#file.prepare("SELECT * FROM factor ORDER BY created_at, id").all().map(factorOf);
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

  readAudit(query: AuditQuery): AuditPage {
    return readAudit(this.#file, query);
  }

  /** From the first entry on, without taking all into memory. */
  *audit(): Generator<AuditRow> {
    for (const row of this.#file.prepare("SELECT * FROM audit ORDER BY position").iterate()) yield auditOf(row);
  }

  /** What SQLite's own check of the file finds. */
  problems(): readonly string[] {
    const rows = this.#file.prepare("PRAGMA integrity_check(20)").all();
    return rows.map((row) => String(row["integrity_check"])).filter((text) => text !== "ok");
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
      case "put-factor": {
        const { id, account, kind, name, createdAtMs, lastUsedAtMs, sealed } = change.row;
        this.#file
          .prepare(
            `INSERT INTO factor VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE
             SET last_used_at = ?6, sealed = ?7`,
          )
          .run(id, account, kind, name, createdAtMs, lastUsedAtMs, sealed);
        return;
      }
      case "remove-factor":
        this.#file.prepare("DELETE FROM factor WHERE id = ?").run(change.id);
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
    const version = pragmaNumber(file, "user_version");
    // Version 1 is read by `verify`; what is opened for writing has become version 2 by now.
    if (known && (version === schemaVersion || version === 1)) return database;
    throw new PosternError("store/bad-version", "accounts.sqlite is not of this version");
  } catch (error) {
    file.close();
    throw error;
  }
}
