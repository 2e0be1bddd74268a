// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import { PosternError } from "../../base/errors.ts";
import type { MailboxId } from "../../base/ids.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { readPassword } from "../password-input.ts";
import { mailboxArgument, runCommandOperation } from "../run-operation.ts";
import { formatFacts } from "../text-table.ts";

interface PasswordOptions extends CommonOptions {
  readonly reset?: boolean;
  readonly discardMail?: boolean;
  readonly passwordFile?: string;
}

export function mailboxPasswordCommand(io: CommandIo): Command {
  const command = new Command("password")
    .description("give a mailbox a new password; with the old one, its mail stays readable")
    .argument("<id>", "the mailbox")
    .option("--password-file <file>", "the old password (- is standard input; else POSTERN_PASSWORD, else asked)")
    .option("--reset", "without the old password: a new key pair; the mailbox must be empty")
    .option("--discard-mail", "with --reset: discard the messages that nobody could read any more");
  return addCommonOptions(command).action(async (id: string, options: PasswordOptions) => {
    const output = new Output(io, options.json === true);
    const mailbox = mailboxArgument(id);
    if (options.discardMail === true && options.reset !== true) {
      throw new PosternError("cli/usage", "--discard-mail goes with --reset");
    }
    const renewed = options.reset === true ? await reset(io, options, mailbox) : await change(io, options, mailbox);
    output.result(renewed, formatFacts([["Password", renewed.password]]));
    output.note("\nStore it now, and enter it in the archive. The old password opens this mailbox no more.");
  });
}

function reset(io: CommandIo, options: PasswordOptions, id: MailboxId) {
  const discardMail = options.discardMail === true;
  return runCommandOperation(io, options, "mailbox.password-reset", { id, discardMail });
}

async function change(io: CommandIo, options: PasswordOptions, id: MailboxId) {
  const old = await readPassword(io, { passwordFile: options.passwordFile, question: "Old password: " });
  try {
    const oldPassword = old.expose().toString("utf8");
    return await runCommandOperation(io, options, "mailbox.password-change", { id, oldPassword });
  } finally {
    old.wipe();
  }
}
