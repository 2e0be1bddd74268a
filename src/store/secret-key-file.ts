// SPDX-License-Identifier: Apache-2.0
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { PosternError } from "../base/errors.ts";

const keyBytes = 32;

/**
 * A secret key of the gateway in a file of its own, made at the first start. It stands apart from the databases, so that a
 * copy of a database alone is worth less: it neither answers questions about known mail nor holds what second factors are
 * checked with. Throws `store/damaged` for a file that is no key.
 */
export async function loadSecretKey(file: string): Promise<KeyObject> {
  const key = await readFile(file).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (key === undefined) return createKey(file);
  if (key.length !== keyBytes) throw new PosternError("store/damaged", `${file} is not a key of ${keyBytes} octets`);
  return createSecretKey(key);
}

async function createKey(file: string): Promise<KeyObject> {
  const key = randomBytes(keyBytes);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(`${file}.new`, "w", 0o600);
  try {
    await handle.writeFile(key);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  return createSecretKey(key);
}
