// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { lstat, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PosternError } from "../base/errors.ts";

/**
 * The address of a Unix socket holds 108 octets on Linux and 104 on macOS and BSD, the final NUL included. A longer path
 * would be cut off silently by some systems, so the socket goes elsewhere and the place is noted where it was wanted.
 */
const maxSocketPathBytes = 100;

/** The path to listen on for a wanted one; makes what has to be there. Only the owner gets into a short path's directory. */
export async function prepareSocketPath(wanted: string): Promise<string> {
  if (fits(wanted)) return wanted;
  const digest = createHash("sha256").update(wanted).digest("hex").slice(0, 16);
  const directory = join(tmpdir(), `postern-${digest}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await refuseForeignDirectory(directory);
  const path = join(directory, "control.sock");
  await writeFile(noteBeside(wanted), `${path}\n`, { mode: 0o600 });
  return path;
}

/** Where the socket that was wanted at this path is; a short path says so itself, else a note beside it does. */
export async function findSocketPath(wanted: string): Promise<string | undefined> {
  if (fits(wanted)) return wanted;
  try {
    return (await readFile(noteBeside(wanted), "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Takes away the socket and, for a short path, its note and directory. */
export async function removeSocketPath(wanted: string, path: string): Promise<void> {
  await rm(path, { force: true });
  if (path === wanted) return;
  await rm(noteBeside(wanted), { force: true });
  await rm(dirname(path), { recursive: true, force: true });
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= maxSocketPathBytes;
}

function noteBeside(wanted: string): string {
  return `${wanted}.path`;
}

/** In a directory that all may write to, somebody else may have made ours first, to listen in our place. */
async function refuseForeignDirectory(directory: string): Promise<void> {
  const found = await lstat(directory);
  const mine = process.getuid === undefined || found.uid === process.getuid();
  if (found.isDirectory() && mine && (found.mode & 0o077) === 0) return;
  throw new PosternError("listen/cannot-bind", `${directory} belongs to somebody else or is open to others; remove it`);
}
