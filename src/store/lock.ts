// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { PosternError } from "../base/errors.ts";
import type { DataDirectory } from "./data-directory.ts";
import { ensurePrivateFile } from "./private-files.ts";

export interface DirectoryLock {
  release(): void;
}

/**
 * One data directory, one gateway. Node has no file locks of its own; SQLite takes one of the operating system's for
 * an exclusive transaction, which vanishes with the process however it ends. Throws `store/in-use`.
 */
export function lockDirectory(directory: DataDirectory): DirectoryLock {
  ensurePrivateFile(directory.lock);
  const lock = new DatabaseSync(directory.lock);
  try {
    lock.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new PosternError("store/in-use", `${describeHolder(directory)} holds ${directory.root}`, { cause: error });
  }
  ensurePrivateFile(directory.lockHolder);
  writeFileSync(directory.lockHolder, `${process.pid}\n`);
  return { release: () => lock.close() };
}

/** Whether a gateway, or a command, has the directory at this moment. Takes nothing, changes nothing. */
export function isLocked(directory: DataDirectory): boolean {
  if (!existsSync(directory.lock)) return false;
  const lock = new DatabaseSync(directory.lock, { readOnly: true });
  try {
    lock.exec("PRAGMA busy_timeout = 0; SELECT count(*) FROM sqlite_schema");
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    lock.close();
  }
}

function describeHolder(directory: DataDirectory): string {
  try {
    return `process ${readFileSync(directory.lockHolder, "latin1").trim()}`;
  } catch {
    return "a process that has not written its number yet"; // the file is only there for this text
  }
}

/** SQLITE_BUSY, its extended codes included: the low octet is the primary code. */
function isBusy(error: unknown): boolean {
  return (
    error instanceof Error && "errcode" in error && typeof error.errcode === "number" && (error.errcode & 0xff) === 5
  );
}
