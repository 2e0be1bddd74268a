// SPDX-License-Identifier: Apache-2.0
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new directory under the system's temporary directory; other users may enter it, since Postfix and Dovecot do. */
export async function temporaryDirectory(name: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `postern-${name}-`));
  await chmod(path, 0o755);
  return path;
}

export async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Loopback ports for programs that cannot be told "port 0". They lie below those that the system hands out by itself,
 * which a connection of another test could take before the program binds them; two test processes seldom begin alike.
 */
export async function freePorts(count: number): Promise<number[]> {
  const free: number[] = [];
  for (let offset = randomInt(portCount); free.length < count; offset++) {
    const port = lowestPort + (offset % portCount);
    if (await isFree(port)) free.push(port);
  }
  return free;
}

const lowestPort = 10_000;
const portCount = 22_000;

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
