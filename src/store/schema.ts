// SPDX-License-Identifier: Apache-2.0
import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { PosternError } from "../base/errors.ts";
import type { MessageState, Source } from "./contract.ts";
import type { DataDirectory } from "./data-directory.ts";
import { namingTheIndex, refuseLostIndex } from "./lost-index.ts";
import { ensurePrivateFile, tightenBeside } from "./private-files.ts";

/** "PSTR": tells a Postern index from any other SQLite file. */
const applicationId = 0x50_53_54_52;
const schemaVersion = 1;

/** How the index codes a message's state; *offered* is 0 so that one partial index finds all of them. */
export const stateCodes = { offered: 0, accepted: 1, unknown: 2 } as const satisfies Record<MessageState, number>;
const stateNames: readonly MessageState[] = ["offered", "accepted", "unknown"];

export const sourceCodes = { journal: 1, "smtp-proxy": 2, "pop3-proxy": 3 } as const satisfies Record<Source, number>;
const sourceNames: readonly (Source | undefined)[] = [undefined, "journal", "smtp-proxy", "pop3-proxy"];

export function sourcesOf(bits: number): readonly Source[] {
  return sourceNames.filter((name, code): name is Source => name !== undefined && (bits & (1 << code)) !== 0);
}

export function stateName(code: number): MessageState {
  const name = stateNames[code];
  if (name === undefined) throw new PosternError("store/damaged", `state ${code} in the index`);
  return name;
}

export function sourceName(code: number): Source {
  const name = sourceNames[code];
  if (name === undefined) throw new PosternError("store/damaged", `source ${code} in the index`);
  return name;
}

/**
 * `message` and `ledger` are clustered by mailbox, so a snapshot is one range and an append touches one page.
 * `tally` and `segment` are kept beside the rows they sum up, so that neither a start nor a list of mailboxes scans.
 */
const tables = `
  CREATE TABLE epoch (
    name TEXT PRIMARY KEY, first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL, started_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE mailbox (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT NOT NULL,
    state TEXT NOT NULL, created_at INTEGER NOT NULL, recipient TEXT NOT NULL, identity_file BLOB NOT NULL,
    allowed_peers TEXT NOT NULL, require_tls INTEGER NOT NULL, settings TEXT NOT NULL, removed_at INTEGER
  );
  CREATE TABLE message (
    mailbox INTEGER NOT NULL, sequence INTEGER NOT NULL, state INTEGER NOT NULL, source INTEGER NOT NULL,
    received_at INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL, sealed_bytes INTEGER NOT NULL,
    trace_bytes INTEGER NOT NULL, content_bytes INTEGER NOT NULL, content_pop3_bytes INTEGER NOT NULL,
    deviations INTEGER NOT NULL, ledger_position INTEGER NOT NULL, fingerprint BLOB,
    PRIMARY KEY (mailbox, sequence)
  ) WITHOUT ROWID;
  CREATE INDEX message_fingerprint ON message (mailbox, fingerprint) WHERE fingerprint IS NOT NULL;
  CREATE INDEX message_offered ON message (mailbox, sequence) WHERE state = 0;
  CREATE INDEX message_large ON message (sequence) WHERE segment = 0;
  CREATE TABLE addendum (
    mailbox INTEGER NOT NULL, sequence INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL,
    at INTEGER NOT NULL, ledger_position INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (mailbox, sequence, number)
  );
  CREATE TABLE ledger (
    mailbox INTEGER NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL, sequence INTEGER,
    sealed_bytes INTEGER, sha256 BLOB, detail TEXT, hash BLOB NOT NULL,
    PRIMARY KEY (mailbox, position)
  ) WITHOUT ROWID;
  CREATE TABLE tally (
    mailbox INTEGER PRIMARY KEY, messages INTEGER NOT NULL, sealed_bytes INTEGER NOT NULL,
    last_received_at INTEGER, last_pulled_at INTEGER
  );
  CREATE TABLE segment (number INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, live_bytes INTEGER NOT NULL);
`;

/** Came later, and whoever does not know it is not hurt by it: no new version of the schema. */
const laterTables = `
  CREATE TABLE IF NOT EXISTS passage (
    mailbox INTEGER NOT NULL, name BLOB NOT NULL, content BLOB NOT NULL, PRIMARY KEY (mailbox, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS activity (
    mailbox INTEGER NOT NULL, at INTEGER NOT NULL, received INTEGER NOT NULL, received_bytes INTEGER NOT NULL,
    pulled INTEGER NOT NULL, removed INTEGER NOT NULL, refused INTEGER NOT NULL, PRIMARY KEY (mailbox, at)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS mailbox_source (
    mailbox INTEGER NOT NULL, source INTEGER NOT NULL, PRIMARY KEY (mailbox, source)
  ) WITHOUT ROWID;
`;

/**
 * Opens the index for the store thread and makes it when it is not there. Throws `store/bad-version`, and
 * `store/index-missing` or `store/index-damaged` when what is there was an index once.
 */
export function openIndexForWriting(directory: DataDirectory): DatabaseSync {
  refuseLostIndex(directory);
  return openIndexFile(directory.index);
}

/** Opens the file for writing, whatever lies beside it, and makes it when it is not there. */
export function openIndexFile(path: string): DatabaseSync {
  ensurePrivateFile(path);
  tightenBeside(path);
  const fresh = statSync(path).size === 0;
  const index = new DatabaseSync(path);
  try {
    // auto_vacuum is settled by the first page written, so it comes first.
    if (fresh) index.exec("PRAGMA auto_vacuum = INCREMENTAL");
    // FULL: COMMIT returns after the write-ahead log is synced (I1). 4,000 pages: a longer log means fewer check
    // points, and 16 MiB of log are soon read back at a start.
    index.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
      PRAGMA journal_size_limit = 33554432; PRAGMA cache_size = -16384; PRAGMA secure_delete = FAST;
      PRAGMA busy_timeout = 5000`);
    if (pragmaNumber(index, "user_version") === 0) createTables(index);
    checkVersion(index);
    index.exec(laterTables);
    return index;
  } catch (error) {
    index.close();
    throw namingTheIndex(error);
  }
}

/**
 * Opens the index for reading beside a writer. Throws `store/no-data`, `store/bad-version`, and as `openIndexForWriting`
 * when the index is lost.
 */
export function openIndexForReading(directory: DataDirectory): DatabaseSync {
  refuseLostIndex(directory);
  if (!existsSync(directory.index)) throw new PosternError("store/no-data", directory.root);
  const index = new DatabaseSync(directory.index, { readOnly: true });
  try {
    index.exec("PRAGMA busy_timeout = 5000; PRAGMA cache_size = -8192");
    checkVersion(index);
    return index;
  } catch (error) {
    index.close();
    throw namingTheIndex(error);
  }
}

function createTables(index: DatabaseSync): void {
  const present = index.prepare("SELECT count(*) AS tables FROM sqlite_schema").get();
  if (present?.["tables"] !== 0) throw new PosternError("store/bad-version", "index.sqlite is not an index of ours");
  index.exec(
    `BEGIN; ${tables} PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`,
  );
}

function checkVersion(index: DatabaseSync): void {
  if (pragmaNumber(index, "application_id") !== applicationId) {
    throw new PosternError("store/bad-version", "index.sqlite is not an index of ours");
  }
  const version = pragmaNumber(index, "user_version");
  if (version !== schemaVersion) {
    throw new PosternError("store/bad-version", `its version is ${version}, this program knows ${schemaVersion}`);
  }
}

export function pragmaNumber(index: DatabaseSync, name: string): number {
  const row = index.prepare(`PRAGMA ${name}`).get();
  const value = row === undefined ? undefined : Object.values(row)[0];
  if (typeof value !== "number") throw new PosternError("store/damaged", `the index does not answer PRAGMA ${name}`);
  return value;
}
