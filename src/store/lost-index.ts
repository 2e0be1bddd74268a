// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PosternError } from "../base/errors.ts";
import { type DataDirectory, parseSegmentName } from "./data-directory.ts";
import { readIndexLog } from "./index-log.ts";

/**
 * Refuses a directory whose index was lost. A new, empty one in its place would know none of the mail beside it, and the
 * start would sweep that mail away as what nobody wants. Throws `store/index-missing`, `store/index-damaged`.
 */
export function refuseLostIndex(directory: DataDirectory): void {
  if (existsSync(repairReady(directory))) {
    throw new PosternError("store/index-damaged", "a repair was interrupted; run postern repair --apply to end it");
  }
  const size = bytesOf(directory.index);
  const left = size === undefined || size === 0 ? firstLeft(directory) : undefined;
  if (left !== undefined) throw new PosternError("store/index-missing", `${directory.index}, beside ${left}`);
  // SQLite takes away the -shm first and the -wal after it, and makes them the other way round.
  if (size !== undefined && existsSync(`${directory.index}-shm`) && !existsSync(`${directory.index}-wal`)) {
    const text = `${directory.index}-wal is gone, and with it what was written last`;
    throw new PosternError("store/index-damaged", text);
  }
}

/** Where a repair works. */
export function repairFolder(directory: DataDirectory): string {
  return join(directory.root, "repair.tmp");
}

/** There while a repair puts its index in place: neither the old one nor the new one can be trusted by itself. */
export function repairReady(directory: DataDirectory): string {
  return join(repairFolder(directory), "ready");
}

/** Before a start opens the index, and with that loses what SQLite does not read. Throws `store/index-damaged`. */
export function refuseDamagedLog(directory: DataDirectory): void {
  const damage = describeLogDamage(directory);
  if (damage !== undefined) throw new PosternError("store/index-damaged", damage);
}

/** What is wrong with the index's log; `undefined` when nothing is. To be asked only while nobody writes to it. */
export function describeLogDamage({ index }: DataDirectory): string | undefined {
  const log = readIndexLog(`${index}-wal`);
  if (log === undefined || log.lostTransactions === 0) return undefined;
  const at = log.frames[log.firstBad]?.at ?? 0;
  return `${index}-wal is damaged near octet ${at}, before ${log.lostTransactions} transactions that were complete`;
}

/** What is left of a directory that had an index. */
function firstLeft(directory: DataDirectory): string | undefined {
  if ((bytesOf(`${directory.index}-wal`) ?? 0) > 0) return `${directory.index}-wal`;
  const segment = namesIn(directory.segments).find((name) => parseSegmentName(name) !== undefined);
  if (segment !== undefined) return `segments/${segment}`;
  const copy = namesIn(directory.mailboxes).find((name) => name.endsWith(".json"));
  if (copy !== undefined) return `mailboxes/${copy}`;
  const large = namesIn(directory.large).find((name) => name.endsWith(".age"));
  return large === undefined ? undefined : `large/${large}`;
}

/** Says which file it is that SQLite finds damaged; any other error is handed on as it is. */
export function namingTheIndex(error: unknown): unknown {
  if (!isDamage(error)) return error;
  return new PosternError("store/index-damaged", error.message, { cause: error });
}

/** SQLITE_CORRUPT and SQLITE_NOTADB, their extended codes included: the low octet is the primary code. */
export function isDamage(error: unknown): error is Error {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return false;
  const primary = error.errcode & 0xff;
  return primary === 11 || primary === 26;
}

function bytesOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
