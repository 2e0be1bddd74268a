// SPDX-License-Identifier: Apache-2.0
import { hostname } from "node:os";
import { join } from "node:path";
import type { SealedSource } from "../../store/contract.ts";
import type { ExportTarget, MessageWriter } from "./message-writer.ts";
import { type OpenedMessage, openMessage } from "./open-message.ts";
import { makeDirectory, syncDirectory, writeOutputFile } from "./output-file.ts";

/** A Maildir: written in `tmp`, delivered to `new` by a rename. Each message has its trace block on top. */
export async function createMaildirWriter({ path, identity }: ExportTarget): Promise<MessageWriter> {
  for (const part of ["", "tmp", "new", "cur"]) await makeDirectory(join(path, part));
  // A Maildir name ends with the host; a slash or colon would mean something in it.
  const host = hostname().replaceAll(/[/:]/g, "-");

  async function write(source: SealedSource): Promise<void> {
    const opened = await openMessage(source, identity);
    const { receivedAtMs, uniqueId } = opened.message;
    const name = `${Math.floor(receivedAtMs / 1000)}.${uniqueId}.${host}`;
    await writeOutputFile(join(path, "new", name), withTrace(opened), join(path, "tmp", name));
  }

  return { write, finish: () => syncDirectory(join(path, "new")), abandon: async () => undefined };
}

/** What `age -d` gives: the trace block and the exact octets behind it. */
export async function* withTrace({ trace, content }: OpenedMessage): AsyncGenerator<Buffer> {
  yield trace;
  yield* content;
}
