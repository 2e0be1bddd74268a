// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { SealedSource } from "../../store/contract.ts";
import type { MessageWriter } from "./message-writer.ts";
import { readSealed } from "./open-message.ts";
import { makeDirectory, syncDirectory, writeOutputFile } from "./output-file.ts";

/**
 * The sealed files as they are, `<unique-id>.age`, with the sealed identity beside them: `age -d -i identity.age` opens
 * them with the mailbox password. Needs no password itself.
 */
export async function createAgeWriter(target: {
  readonly path: string;
  readonly identityFile: Uint8Array;
}): Promise<MessageWriter> {
  const { path, identityFile } = target;
  await makeDirectory(path);
  await writeOutputFile(join(path, "identity.age"), [identityFile]);

  async function write(source: SealedSource): Promise<void> {
    const { uniqueId } = source.message;
    await writeOutputFile(join(path, `${uniqueId}.age`), readSealed(source));
    const addenda = await source.addenda();
    for (const [index, { kind, sealed }] of addenda.entries()) {
      await writeOutputFile(join(path, `${uniqueId}.${index + 1}-${kind}.age`), [sealed]);
    }
  }

  return { write, finish: () => syncDirectory(path), abandon: async () => undefined };
}
