// SPDX-License-Identifier: Apache-2.0

/** The write-ahead log, as SQLite itself wrote it and itself reads it. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { type IndexLog, readIndexLog } from "./index-log.ts";

const rows = 12;
let directory: string;
let database: string;
let log: Buffer;

/** A row a transaction, two and three pages each; copied as a kill leaves it. */
before(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-log-"));
  database = join(directory, "written.sqlite");
  const writer = new DatabaseSync(database);
  writer.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE kept (octets BLOB)");
  for (let count = 0; count < rows; count++) writer.exec("INSERT INTO kept VALUES (randomblob(3000))");
  log = readFileSync(`${database}-wal`);
  copyFileSync(database, join(directory, "alone.sqlite"));
  writer.close();
});

after(() => rmSync(directory, { recursive: true }));

/** What we say of a log, and how many rows SQLite finds with it. */
function look(octets: Buffer): { readonly ours: IndexLog | undefined; readonly found: number } {
  const copy = join(directory, "copy.sqlite");
  copyFileSync(join(directory, "alone.sqlite"), copy);
  writeFileSync(`${copy}-wal`, octets);
  rmSync(`${copy}-shm`, { force: true });
  const ours = readIndexLog(`${copy}-wal`);
  const reader = new DatabaseSync(copy);
  try {
    const table = reader.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'kept'").get();
    const count = table === undefined ? undefined : reader.prepare("SELECT count(*) AS count FROM kept").get();
    return { ours, found: Number(count?.["count"] ?? 0) };
  } finally {
    reader.close();
  }
}

test("a log that is whole is read to its end, as SQLite reads it", () => {
  const { ours, found } = look(log);
  assert.equal(found, rows);
  assert.equal(ours?.firstBad, ours?.frames.length);
  assert.equal(ours?.lostTransactions, 0);
});

test("wherever a power cut ends a log, it is not taken for a damaged one", () => {
  for (let bytes = 0; bytes < log.length; bytes += 500)
    assert.equal(readCut(log.subarray(0, bytes)), 0, `${bytes} octets`);
  // The last transaction, written and not synced, may be there in parts.
  const frames = look(log).ours?.frames ?? [];
  const last = frames.at(-1)?.at ?? 0;
  const torn = Buffer.from(log);
  torn.fill(0, frames.at(-2)?.at, last - 24);
  assert.equal(readCut(torn), 0);
});

function readCut(octets: Buffer): number {
  return look(octets).ours?.lostTransactions ?? 0;
}

test("a flipped bit that makes SQLite lose more than one transaction is found, in every frame", () => {
  const frames = look(log).ours?.frames ?? [];
  let damaged = 0;
  for (const [at, frame] of frames.entries())
    for (const within of [-24, -20, -16, -8, -4, 0, 4095]) {
      const flipped = Buffer.from(log);
      flipped.writeUInt8((flipped[frame.at + within] ?? 0) ^ 1, frame.at + within);
      const { ours, found } = look(flipped);
      const lost = rows - found;
      if (lost > 1) {
        assert.ok((ours?.lostTransactions ?? 0) > 0, `frame ${at}, octet ${within}: ${lost} rows lost`);
        damaged += 1;
      }
    }
  assert.ok(damaged > 7 * (frames.length - 10));
});

test("a damaged header of the log hides all of it, and is found", () => {
  for (const at of [0, 3, 4, 9, 10, 12, 16, 20, 24, 28]) {
    const flipped = Buffer.from(log);
    flipped.writeUInt8((flipped[at] ?? 0) ^ 1, at);
    const { ours, found } = look(flipped);
    if (found === 0) assert.ok((ours?.lostTransactions ?? 0) > 0, `octet ${at}`);
  }
});
