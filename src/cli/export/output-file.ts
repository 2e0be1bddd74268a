// SPDX-License-Identifier: Apache-2.0
import { type FileHandle, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeError, PosternError } from "../../base/errors.ts";

/** Mail in clear is its owner's alone. */
export const fileMode = 0o600;
export const directoryMode = 0o700;

/**
 * Writes a file that appears whole or not at all: under another name first, synced, then renamed. Throws `cli/exists`
 * when it is there already, `cli/cannot-write`, and what `chunks` throws; nothing is left behind then.
 */
export async function writeOutputFile(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  temporaryPath = join(dirname(path), `.${path.slice(dirname(path).length + 1)}.part`),
): Promise<void> {
  await refuseExisting(path);
  const file = await createFile(temporaryPath);
  try {
    try {
      for await (const chunk of chunks) await writeAll(file, chunk);
      await written(() => file.sync());
    } finally {
      await file.close();
    }
    await written(() => rename(temporaryPath, path));
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

/** Throws `cli/exists` when anything is there, a dangling link included. */
export async function refuseExisting(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw cannotWrite(error);
  }
  throw new PosternError("cli/exists", path);
}

/** Makes a new file. What a killed export left under the temporary name is replaced. */
export async function createFile(path: string): Promise<FileHandle> {
  return written(async () => {
    await rm(path, { force: true });
    return open(path, "wx", fileMode);
  });
}

export async function makeDirectory(path: string): Promise<void> {
  await written(() => mkdir(path, { recursive: true, mode: directoryMode }));
}

/** Makes renames within a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  await written(async () => {
    const directory = await open(path, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  });
}

export async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let done = 0;
  while (done < chunk.length) done += (await written(() => file.write(chunk, done))).bytesWritten;
}

/** What the operating system says about the output, under a code of ours. */
export async function written<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw cannotWrite(error);
  }
}

function cannotWrite(error: unknown): PosternError {
  return new PosternError("cli/cannot-write", describeError(error), { cause: error });
}
