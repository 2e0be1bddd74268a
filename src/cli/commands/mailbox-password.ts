// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import { describeError, type ErrorCode, PosternError } from "../../base/errors.ts";
import type { MailboxId } from "../../base/ids.ts";
import { generatePassword } from "../../mailbox/password.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { readPassword } from "../password-input.ts";
import { mailboxArgument, runCommandOperation, withOperations } from "../run-operation.ts";
import { formatFacts } from "../text-table.ts";

interface PasswordOptions extends CommonOptions {
  readonly reset?: boolean;
  readonly discardMail?: boolean;
  readonly passwordFile?: string;
}

interface Asked {
  readonly io: CommandIo;
  readonly output: Output;
  readonly options: PasswordOptions;
  readonly id: MailboxId;
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
    const asked = { io, output, options, id: mailboxArgument(id) };
    if (options.discardMail === true && options.reset !== true) {
      throw new PosternError("cli/usage", "--discard-mail goes with --reset");
    }
    await (options.reset === true ? reset(asked) : change(asked));
  });
}

/** The new password comes with the answer: when that is lost, the mailbox is empty, and is reset once more. */
async function reset({ io, output, options, id }: Asked): Promise<void> {
  const discardMail = options.discardMail === true;
  const renewed = await runCommandOperation(io, options, "mailbox.password-reset", { id, discardMail });
  output.result(renewed, formatFacts([["Password", renewed.password]]));
  output.note("\nStore it now, and enter it in the archive. The old password opens this mailbox no more.");
}

/** The new password is made and shown here before the change is asked for, so that no lost answer takes it along. */
async function change({ io, output, options, id }: Asked): Promise<void> {
  const old = await readPassword(io, { passwordFile: options.passwordFile, question: "Old password: " });
  const made = generatePassword();
  try {
    const oldPassword = old.expose().toString("utf8");
    const newPassword = made.expose().toString("utf8");
    await withOperations(io, options, false, async (run) => {
      const { address } = await run("mailbox.show", { id });
      await output.handOver({ id, address, password: newPassword }, formatFacts([["Password", newPassword]]));
      output.note("\nStore it now. It is valid once this command says so; until then the old one is.");
      await settled(output, run("mailbox.password-change", { id, oldPassword, newPassword }));
      output.note("The password is changed: enter the new one in the archive. The old one opens this mailbox no more.");
    });
  } finally {
    old.wipe();
    made.wipe();
  }
}

/** With these, the gateway has looked at the request and changed nothing. */
const nothingChanged: ReadonlySet<ErrorCode> = new Set([
  "seal/wrong-passphrase",
  "mailbox/unknown",
  "admin/bad-request",
]);

/** Resolves when the change is durable. Says which password is valid when it failed, or throws `cli/password-unsettled`. */
async function settled(output: Output, changing: Promise<unknown>): Promise<void> {
  try {
    await changing;
  } catch (error) {
    if (error instanceof PosternError && nothingChanged.has(error.code)) {
      output.note("Nothing is changed: the password above is not valid, and the one of before still is.");
      throw error;
    }
    const detail = `try the new one first, and the old one if it is refused (${describeError(error)})`;
    throw new PosternError("cli/password-unsettled", detail, { cause: error });
  }
}
