// SPDX-License-Identifier: Apache-2.0
import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { SealedSource, StoredMessage } from "../../store/contract.ts";
import { readTraceFields } from "./envelope-json.ts";
import { withTrace } from "./maildir-writer.ts";
import { MboxEscaper } from "./mbox-escaper.ts";
import type { ExportTarget, MessageWriter } from "./message-writer.ts";
import { openMessage } from "./open-message.ts";
import { createFile, makeDirectory, refuseExisting, syncDirectory, writeAll, written } from "./output-file.ts";

/**
 * One mbox file of the mboxrd kind: lines end with LF, and a line of any number of `>` and `From ` gets one more `>`, so
 * that a reader can take it away again. Each message has its trace block on top.
 */
export async function createMboxWriter({ path, identity }: ExportTarget): Promise<MessageWriter> {
  await makeDirectory(dirname(path));
  await refuseExisting(path);
  const partPath = `${path}.part`;
  const file = await createFile(partPath);
  let wholeBytes = 0;

  async function append(source: SealedSource): Promise<number> {
    const opened = await openMessage(source, identity);
    let bytes = 0;
    const put = async (chunk: Buffer): Promise<void> => {
      await writeAll(file, chunk);
      bytes += chunk.length;
    };
    await put(fromLine(opened.message, opened.trace));
    const escaper = new MboxEscaper();
    for await (const chunk of withTrace(opened)) await put(escaper.update(chunk));
    await put(escaper.finish());
    return bytes;
  }

  async function write(source: SealedSource): Promise<void> {
    try {
      wholeBytes += await append(source);
    } catch (error) {
      await written(() => file.truncate(wholeBytes));
      throw error;
    }
  }

  async function finish(): Promise<void> {
    await written(() => file.sync());
    await file.close();
    await refuseExisting(path);
    await written(() => rename(partPath, path));
    await syncDirectory(dirname(path));
  }

  async function abandon(): Promise<void> {
    await file.close();
    await rm(partPath, { force: true });
  }

  return { write, finish, abandon };
}

/** RFC 4155 appendix A: the sender and the time in UTC, in the form of `asctime`. */
function fromLine({ receivedAtMs }: StoredMessage, trace: Buffer): Buffer {
  const sender = readTraceFields(trace).find(({ name }) => name === "X-Envelope-From")?.value ?? "<>";
  // A sender with a blank would shift the date; readers look for the first one.
  const shown = sender === "<>" ? "MAILER-DAEMON" : sender.replaceAll(/\s/g, "_");
  return Buffer.from(`From ${shown} ${asctime(new Date(receivedAtMs))}\n`, "utf8");
}

/** `Thu Jan  1 00:00:00 1970` */
function asctime(at: Date): string {
  const [, day = "", month = "", year = "", time = ""] =
    /^(...), .. (...) (....) (........) GMT$/.exec(at.toUTCString()) ?? [];
  return `${day} ${month} ${String(at.getUTCDate()).padStart(2)} ${time} ${year}`;
}
