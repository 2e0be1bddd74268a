// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { MailboxDetails } from "../../admin/shapes.ts";
import { PosternError } from "../../base/errors.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { askLine } from "../prompt.ts";
import { mailboxArgument, withOperations } from "../run-operation.ts";
import { formatTime } from "../text-table.ts";

interface DeleteOptions extends CommonOptions {
  readonly yes?: boolean;
}

export function mailboxDeleteCommand(io: CommandIo): Command {
  const command = new Command("delete")
    .description("remove a suspended mailbox, with every message that nobody has pulled")
    .argument("<id>", "the mailbox")
    .option("--yes", "do not ask");
  return addCommonOptions(command).action(async (id: string, options: DeleteOptions) => {
    const output = new Output(io, options.json === true);
    const mailboxId = mailboxArgument(id);
    await withOperations(io, options, false, async (run) => {
      const mailbox = await run("mailbox.show", { id: mailboxId });
      // Before the question: nobody shall confirm what is refused then.
      if (mailbox.state !== "suspended") {
        throw new PosternError("mailbox/not-suspended", `postern mailbox suspend ${mailboxId}`);
      }
      if (options.yes !== true) await confirm(io, mailbox);
      const removed = await run("mailbox.delete", { id: mailboxId });
      output.result(removed, `${mailbox.name} is deleted; ${messages(removed.removedMessages)} went with it.`);
    });
  });
}

async function confirm(io: CommandIo, mailbox: MailboxDetails): Promise<void> {
  if (!io.stdin.isTTY) throw new PosternError("cli/usage", "without a terminal to ask on, say --yes");
  const loss =
    mailbox.messages === 0
      ? "It is empty."
      : `${messages(mailbox.messages)} not pulled yet, the oldest of ${formatTime(mailbox.oldestReceivedAt)}, would be gone for good.`;
  const typed = await askLine(io, `${loss}\nType the name of the mailbox (${mailbox.name}) to delete it: `);
  if (typed.trim() !== mailbox.name) throw new PosternError("cli/usage", "the name differs; nothing was deleted");
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}
