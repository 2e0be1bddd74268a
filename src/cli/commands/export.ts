// SPDX-License-Identifier: Apache-2.0
import { Command, Option } from "commander";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions } from "../common-options.ts";
import { exportFormats } from "../export/message-writer.ts";
import type { ExportOptions } from "../export/run-export.ts";

export function exportCommand(io: CommandIo): Command {
  const command = new Command("export")
    .description("write all messages of a mailbox to files, from the data directory; removes nothing")
    .argument("<id>", "the mailbox")
    .requiredOption("--to <path>", "a directory; a file for mbox. Nothing there is overwritten")
    .addOption(
      new Option(
        "--format <format>",
        "eml: the exact received octets; mbox, maildir: with the trace block; age: sealed",
      )
        .choices(exportFormats)
        .default("eml"),
    )
    .option("--password-file <file>", "the mailbox password (- is standard input; else POSTERN_PASSWORD, else asked)");
  return addCommonOptions(command).action(async (id: string, options: ExportOptions) => {
    const { runExport } = await import("../export/run-export.ts");
    await runExport(io, id, options);
  });
}
