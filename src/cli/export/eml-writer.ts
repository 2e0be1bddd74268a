// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { SealedSource } from "../../store/contract.ts";
import { describeEnvelope } from "./envelope-json.ts";
import type { ExportTarget, MessageWriter } from "./message-writer.ts";
import { openMessage } from "./open-message.ts";
import { makeDirectory, refuseExisting, syncDirectory, writeOutputFile } from "./output-file.ts";

/** One file a message with the exact received octets, `<unique-id>.eml`, and its envelope in `<unique-id>.json`. */
export async function createEmlWriter({ path, identity }: ExportTarget): Promise<MessageWriter> {
  await makeDirectory(path);

  async function write(source: SealedSource): Promise<void> {
    const { message, trace, content } = await openMessage(source, identity);
    const contentFile = join(path, `${message.uniqueId}.eml`);
    const envelopeFile = join(path, `${message.uniqueId}.json`);
    await refuseExisting(envelopeFile);
    const digest = createHash("sha256");
    await writeOutputFile(
      contentFile,
      passing(content, (chunk) => digest.update(chunk)),
    );
    try {
      const sources = { message, trace, contentSha256: digest.digest("hex"), addenda: await source.addenda() };
      const envelope = describeEnvelope(sources, identity);
      await writeOutputFile(envelopeFile, [Buffer.from(`${JSON.stringify(envelope, undefined, 2)}\n`, "utf8")]);
    } catch (error) {
      await rm(contentFile, { force: true });
      throw error;
    }
  }

  return { write, finish: () => syncDirectory(path), abandon: async () => undefined };
}

async function* passing(chunks: AsyncIterable<Buffer>, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    see(chunk);
    yield chunk;
  }
}
