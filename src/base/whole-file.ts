// SPDX-License-Identifier: Apache-2.0
import { open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Puts a small file in its place, durable and whole: whoever reads it sees the old text or the new one. */
export async function writeWholeFile(file: string, text: string, mode: number): Promise<void> {
  const unfinished = `${file}.new`;
  // An older one may have another mode, which writing would keep.
  await rm(unfinished, { force: true });
  await writeFile(unfinished, text, { mode, flag: "wx", flush: true });
  await rename(unfinished, file);
  const directory = await open(dirname(file));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Whether something was not done because there is no such file. */
export function isMissingFile(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}
