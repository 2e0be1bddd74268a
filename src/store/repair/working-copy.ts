// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { DataDirectory } from "../data-directory.ts";
import { readIndexLog } from "../index-log.ts";
import { isDamage, repairFolder, repairReady } from "../lost-index.ts";
import { openIndexFile } from "../schema.ts";
import type { RepairLog } from "./report.ts";
import { salvage } from "./salvage.ts";

const suffixes = ["", "-wal", "-shm"] as const;

/**
 * The index that a repair works on: a copy of the one that is there, in a folder of its own. The old one stays as it is
 * until the new one is ready, and is kept afterwards.
 */
export class WorkingCopy {
  readonly index: DatabaseSync;
  readonly #directory: DataDirectory;

  private constructor(directory: DataDirectory, index: DatabaseSync) {
    this.#directory = directory;
    this.index = index;
  }

  static make(directory: DataDirectory, log: RepairLog): WorkingCopy {
    const folder = repairFolder(directory);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    const path = join(folder, "index.sqlite");
    for (const suffix of ["", "-wal"])
      if (existsSync(`${directory.index}${suffix}`)) copyFileSync(`${directory.index}${suffix}`, `${path}${suffix}`);
    mendLog(path, log);
    if (existsSync(`${directory.index}-shm`) && !existsSync(`${directory.index}-wal`))
      log.add("log-lost", "the index's log is gone; what only it had is taken from the mail itself");
    return new WorkingCopy(directory, openOrRebuild(folder, path, log));
  }

  /** Away with it: nothing is to be changed. */
  discard(): void {
    if (this.index.isOpen) this.index.close();
    rmSync(repairFolder(this.#directory), { recursive: true, force: true });
  }

  /** Puts it in place of the index, which is kept in `keep`. Whenever it is interrupted, `finishInstall` ends it. */
  install(keep: string): void {
    this.index.close();
    const folder = repairFolder(this.#directory);
    syncFile(join(folder, "index.sqlite"));
    mkdirSync(keep, { recursive: true, mode: 0o700 });
    if (existsSync(this.#directory.index)) keepAs(this.#directory.index, join(keep, "index.sqlite"));
    const wal = `${this.#directory.index}-wal`;
    if (existsSync(wal)) copyFileSync(wal, join(keep, "index.sqlite-wal"));
    for (const each of [keep, folder]) syncFile(each);
    writeFileSync(repairReady(this.#directory), "", { flush: true });
    syncFile(folder);
    finishInstall(this.#directory);
  }
}

/** Ends the installation of a repaired index that was interrupted. Tells whether there was one. */
export function finishInstall(directory: DataDirectory): boolean {
  if (!existsSync(repairReady(directory))) return false;
  const made = join(repairFolder(directory), "index.sqlite");
  // A log of the old index must not be taken for one of the new.
  if (existsSync(made)) {
    for (const suffix of ["-shm", "-wal"]) rmSync(`${directory.index}${suffix}`, { force: true });
    renameSync(made, directory.index);
    syncFile(directory.root);
  }
  rmSync(repairFolder(directory), { recursive: true, force: true });
  syncFile(directory.root);
  return true;
}

/**
 * SQLite drops everything behind the first damaged frame of its log. The frames behind it are good, and more often than
 * not one of them has a newer copy of the damaged page: put into the file in their order they give the index of the last
 * transaction, and SQLite's check tells whether it is whole.
 */
function mendLog(path: string, log: RepairLog): void {
  const found = readIndexLog(`${path}-wal`);
  if (found === undefined || found.lostTransactions === 0) return;
  const end = found.frames.findLastIndex(({ databasePages }) => databasePages > 0);
  const [from, to] = [openSync(`${path}-wal`, "r"), openSync(path, existsSync(path) ? "r+" : "w+")];
  try {
    const page = Buffer.alloc(found.pageBytes);
    for (const frame of found.frames.slice(0, end + 1)) {
      if (!frame.whole && frame.page === 0) continue;
      if (!frame.whole && found.frames.slice(0, end + 1).some((other) => other.whole && other.page === frame.page))
        continue;
      if (frame.page > (found.frames[end]?.databasePages ?? 0)) continue;
      readSync(from, page, 0, page.length, frame.at);
      writeSync(to, page, 0, page.length, (frame.page - 1) * page.length);
    }
    ftruncateSync(to, (found.frames[end]?.databasePages ?? 0) * page.length);
  } finally {
    for (const descriptor of [from, to]) closeSync(descriptor);
  }
  rmSync(`${path}-wal`);
  log.add("log-mended", `${found.lostTransactions} transactions behind a damaged part of the index's log were read`);
}

/** Opens the copy, or makes a new index of what can be read of it. */
function openOrRebuild(folder: string, path: string, log: RepairLog): DatabaseSync {
  const problem = existsSync(path) ? firstProblem(path) : "there is none";
  if (problem === undefined) return openIndexFile(path);
  const old = join(folder, "damaged.sqlite");
  for (const suffix of suffixes) if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${old}${suffix}`);
  const index = openIndexFile(path);
  const counts = existsSync(old) ? salvage(old, index) : [];
  const saved = counts.map(({ table, rows }) => `${rows} of ${table}`).join(", ");
  log.add("index-rebuilt", `the index was made anew (${problem}); rows that could be read: ${saved || "none"}`);
  return index;
}

/** What is wrong with an index as a whole; `undefined` when SQLite finds nothing. Another version is not ours to mend. */
function firstProblem(path: string): string | undefined {
  let index: DatabaseSync;
  try {
    index = openIndexFile(path);
  } catch (error) {
    if (error instanceof Error && (isDamage(error.cause) || isDamage(error))) return error.message;
    throw error;
  }
  try {
    const row = index.prepare("PRAGMA integrity_check(1)").get();
    const text = String(row?.["integrity_check"]);
    return text === "ok" ? undefined : text.split("\n").join(" ");
  } catch (error) {
    if (isDamage(error)) return error.message;
    throw error;
  } finally {
    index.close();
  }
}

/** A second name is enough, where the file system has such. */
function keepAs(path: string, kept: string): void {
  try {
    linkSync(path, kept);
  } catch {
    copyFileSync(path, kept, constants.COPYFILE_EXCL);
  }
}

/** Files and folders alike. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
