// SPDX-License-Identifier: Apache-2.0
import { hasCode, PosternError } from "../../base/errors.ts";
import type { UniqueId } from "../../base/ids.ts";
import type { Maildrop } from "../../store/contract.ts";
import type { MessageWriter } from "./message-writer.ts";

/** The messages of one mailbox, frozen; no lease is needed to read. */
export type ExportSource = Pick<Maildrop, "count" | "uniqueId" | "open">;

export interface ExportWatcher {
  /** After each message, exported or not. */
  progress(done: number, total: number): void;
  failed(uniqueId: UniqueId, error: PosternError): void;
}

/**
 * Writes every message, oldest first; returns how many were written. One that cannot be opened is told to the watcher and
 * does not keep the others back. Throws `cli/cannot-write`, and nothing half-written is left then.
 */
export async function exportMailbox(
  source: ExportSource,
  writer: MessageWriter,
  watcher: ExportWatcher,
): Promise<number> {
  let exported = 0;
  try {
    for (let index = 0; index < source.count; index++) {
      const error = await exportMessage(source, index, writer);
      if (error === undefined) exported++;
      else watcher.failed(source.uniqueId(index), error);
      watcher.progress(index + 1, source.count);
    }
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  await writer.finish();
  return exported;
}

/** What is wrong with this one message; `undefined` when it was written. Throws what would be wrong with each. */
async function exportMessage(
  source: ExportSource,
  index: number,
  writer: MessageWriter,
): Promise<PosternError | undefined> {
  try {
    const sealed = await source.open(index);
    try {
      await writer.write(sealed);
    } finally {
      sealed.close();
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof PosternError) || hasCode(error, "cli/cannot-write")) throw error;
    return error;
  }
}
