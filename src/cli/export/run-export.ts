// SPDX-License-Identifier: Apache-2.0
import { errorToJson, type JsonError } from "../../admin/json-error.ts";
import { PosternError } from "../../base/errors.ts";
import { maxWorkFactor } from "../../mailbox/work-factor.ts";
import { type Identity, unwrapIdentity } from "../../seal/identity.ts";
import type { MailboxRow } from "../../store/contract.ts";
import { openStoreReadOnly } from "../../store/read-only.ts";
import type { CommandIo } from "../command-io.ts";
import type { CommonOptions } from "../common-options.ts";
import { findConfiguration } from "../find-configuration.ts";
import { Output } from "../output.ts";
import { readPassword } from "../password-input.ts";
import { Progress } from "../progress.ts";
import { mailboxArgument } from "../run-operation.ts";
import { createAgeWriter } from "./age-writer.ts";
import { createEmlWriter } from "./eml-writer.ts";
import { exportMailbox } from "./export-mailbox.ts";
import { createMaildirWriter } from "./maildir-writer.ts";
import { createMboxWriter } from "./mbox-writer.ts";
import type { ExportFormat, MessageWriter } from "./message-writer.ts";

export interface ExportOptions extends CommonOptions {
  readonly to: string;
  readonly format: ExportFormat;
  readonly passwordFile?: string;
}

/** `postern export`: from the data directory, whether a gateway runs or not. Throws `cli/incomplete` at the end. */
export async function runExport(io: CommandIo, id: string, options: ExportOptions): Promise<void> {
  const mailbox = mailboxArgument(id);
  const store = await openStoreReadOnly(findConfiguration(options, io.env).gateway.dataDirectory);
  try {
    const row = store.mailboxes.get(mailbox);
    if (row === undefined) throw new PosternError("mailbox/unknown", mailbox);
    const source = await store.maildrop(mailbox);
    const json = options.json === true;
    const [output, progress] = [new Output(io, json), new Progress(io, json)];
    const failed: (JsonError & { readonly uniqueId: string })[] = [];
    const exported = await withWriter(io, row, options, (writer) =>
      exportMailbox(source, writer, {
        progress: (done, total) => progress.update(done, total, "messages"),
        failed: (uniqueId, error) => {
          failed.push({ uniqueId, ...errorToJson(error) });
          progress.clear();
          output.note(`${uniqueId}: ${error.message} [${error.code}]`);
        },
      }),
    );
    progress.clear();
    const { to, format } = options;
    output.result(
      { mailbox, format, path: to, exported, failed },
      `${exported} of ${source.count} messages are in ${to}.`,
    );
    if (failed.length > 0) throw new PosternError("cli/incomplete", `${failed.length} messages were not exported`);
  } finally {
    await store.stop();
  }
}

/** Opens the identity, where the format needs it, before anything is written: a wrong password shall leave no trace. */
async function withWriter<T>(
  io: CommandIo,
  { identityFile }: MailboxRow,
  { to: path, format, passwordFile }: ExportOptions,
  work: (writer: MessageWriter) => Promise<T>,
): Promise<T> {
  if (format === "age") return work(await createAgeWriter({ path, identityFile }));
  const identity = await openIdentity(io, identityFile, passwordFile);
  try {
    return await work(await openWriters[format]({ path, identity }));
  } finally {
    identity.wipe();
  }
}

const openWriters = { eml: createEmlWriter, mbox: createMboxWriter, maildir: createMaildirWriter } as const;

async function openIdentity(
  io: CommandIo,
  identityFile: Uint8Array,
  passwordFile: string | undefined,
): Promise<Identity> {
  const password = await readPassword(io, { passwordFile, question: "Mailbox password: " });
  try {
    return await unwrapIdentity(identityFile, password, { maxLogN: maxWorkFactor });
  } finally {
    password.wipe();
  }
}
