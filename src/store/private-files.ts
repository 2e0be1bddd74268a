// SPDX-License-Identifier: Apache-2.0
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from "node:fs";
import { describeError, PosternError } from "../base/errors.ts";
import type { DataDirectory } from "./data-directory.ts";

/** What everybody but the owner may do. */
const others = 0o077;

/** What stands in a data directory. */
const ownNames =
  /^(?:index\.sqlite.*|accounts\.sqlite.*|lock\..*|segments|large|mailboxes|damaged|repair\.tmp|tls|secrets|control\..*|settings\.toml.*|notices\.json.*|probe)$/;

/**
 * Makes the file when it is not there, readable and writable for its owner alone whatever the umask says: SQLite makes
 * its files for everybody to read. One that is there and too open is tightened. Throws `store/too-open`.
 */
export function ensurePrivateFile(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  tighten(path);
}

/**
 * Makes the data directory when it is not there. One of ours that others may enter is tightened; a directory that holds
 * something else too is left alone, since everything of ours in it is private by itself. Tells whether it was too open.
 * Throws `store/too-open` when that cannot be changed.
 */
export function ensurePrivateDirectory(directory: DataDirectory): boolean {
  mkdirSync(directory.root, { recursive: true, mode: 0o700 });
  const ours = readdirSync(directory.root).every((name) => ownNames.test(name));
  let wasOpen = ours && tighten(directory.root);
  for (const folder of [directory.segments, directory.large, directory.mailboxes, directory.damaged])
    if (existsSync(folder)) wasOpen = tighten(folder) || wasOpen;
  return wasOpen;
}

/** The files that SQLite keeps beside an index take its mode when they are made; those that are there are tightened. */
export function tightenBeside(index: string): void {
  for (const path of [`${index}-wal`, `${index}-shm`]) if (existsSync(path)) tighten(path);
}

function tighten(path: string): boolean {
  const { mode } = statSync(path);
  if ((mode & others) === 0) return false;
  try {
    chmodSync(path, mode & 0o700);
    return true;
  } catch (error) {
    const text = `others may read ${path}, and that cannot be changed (${describeError(error)}); its owner must`;
    throw new PosternError("store/too-open", text, { cause: error });
  }
}
