// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import { PosternError } from "../../base/errors.ts";
import type { MailboxId } from "../../base/ids.ts";
import type { Finding, VerifyProgress } from "../../store/verify.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { findConfiguration } from "../find-configuration.ts";
import { Output } from "../output.ts";
import { Progress } from "../progress.ts";
import { mailboxArgument } from "../run-operation.ts";
import { formatBytes } from "../text-table.ts";

export function verifyCommand(io: CommandIo): Command {
  const command = new Command("verify")
    .description("recompute every ledger and the digest of every message; changes nothing, wants no password")
    .argument("[id]", "this mailbox alone");
  return addCommonOptions(command).action((id: string | undefined, options: CommonOptions) =>
    runVerify(io, id === undefined ? undefined : mailboxArgument(id), options),
  );
}

async function runVerify(io: CommandIo, mailbox: MailboxId | undefined, options: CommonOptions): Promise<void> {
  const json = options.json === true;
  const [output, line] = [new Output(io, json), new Progress(io, json)];
  const directory = findConfiguration(options, io.env).gateway.dataDirectory;
  let seen: VerifyProgress = { mailboxes: 0, ledgerRows: 0, messages: 0, sealedBytes: 0 };
  const onProgress = (progress: VerifyProgress): void => {
    seen = progress;
    line.count(progress.messages, `messages verified (${formatBytes(progress.sealedBytes)})`);
  };
  const findings: Finding[] = [];
  const { verifyStore } = await import("../../store/verify.ts");
  for await (const finding of verifyStore(
    directory,
    mailbox === undefined ? { onProgress } : { mailbox, onProgress },
  )) {
    findings.push(finding);
    line.clear();
    output.note(describe(finding));
  }
  line.clear();
  if (mailbox !== undefined && seen.mailboxes === 0) throw new PosternError("mailbox/unknown", mailbox);
  const damaged = findings.filter(({ severity }) => severity === "damage").length;
  const known = findings.filter(({ severity }) => severity === "known").length;
  output.result({ ...seen, findings }, summarise(seen, damaged, known));
  if (damaged > 0)
    throw new PosternError("store/damaged", `${damaged} findings; restore what is named, or see postern repair`);
}

function describe({ severity, code, mailbox, uniqueId, text }: Finding): string {
  return [severity === "known" ? "known damage" : severity, uniqueId ?? mailbox, `${text} [${code}]`]
    .filter((part) => part !== undefined)
    .join(": ");
}

function summarise(
  { mailboxes, ledgerRows, messages, sealedBytes }: VerifyProgress,
  damaged: number,
  known: number,
): string {
  const verdict = damaged === 0 ? "Everything is as it was recorded" : "NOT everything is as it was recorded";
  const but = known === 0 ? "." : `, but for ${known} known damages that a repair wrote down.`;
  return [
    `${mailboxes} mailboxes, ${ledgerRows} ledger rows, ${messages} messages (${formatBytes(sealedBytes)})`,
    `${verdict}${but}`,
  ].join("\n");
}
