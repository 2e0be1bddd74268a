// SPDX-License-Identifier: Apache-2.0

/**
 * The other side of the intake benchmark: npm `smtp-server` that writes every message to a file of its own and answers
 * when it would survive a power cut: file synced, renamed into place, directory synced. Prints its port.
 *
 *   node test/bench/smtp-server-fsync.ts DIRECTORY [CERTIFICATE-FILE KEY-FILE]
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";

const [directory = ".", certificateFile, keyFile] = process.argv.slice(2);
const tls =
  certificateFile === undefined || keyFile === undefined
    ? undefined
    : { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
let count = 0;

async function keep(stream: AsyncIterable<Buffer>): Promise<void> {
  count += 1;
  const name = join(directory, `${count}.eml`);
  const file = await open(`${name}.part`, "wx");
  try {
    for await (const piece of stream) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${name}.part`, name);
  const folder = await open(directory, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function answerWhenKept(stream: AsyncIterable<Buffer>, answer: (error?: Error) => void): Promise<void> {
  try {
    await keep(stream);
  } catch (error) {
    answer(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  answer();
}

const server = new SMTPServer({
  ...tls,
  disabledCommands: tls === undefined ? ["AUTH", "STARTTLS"] : ["AUTH"],
  disableReverseLookup: true,
  size: 300 * 1024 * 1024,
  onData(stream, _session, callback) {
    void answerWhenKept(stream, callback);
  },
});
server.listen(0, "127.0.0.1");
await once(server.server, "listening");
const address = server.server.address();
console.log(typeof address === "object" && address !== null ? address.port : 0);
process.once("SIGTERM", () => process.exit(0));
