// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { runCommandOperation } from "../run-operation.ts";
import { formatBytes, formatTable, formatTime } from "../text-table.ts";

export function mailboxListCommand(io: CommandIo): Command {
  const command = new Command("list").description("show all mailboxes with what waits in them");
  return addCommonOptions(command).action(async (options: CommonOptions) => {
    const output = new Output(io, options.json === true);
    const list = await runCommandOperation(io, options, "mailbox.list", {});
    if (list.mailboxes.length === 0) output.note("There is no mailbox yet: postern mailbox create NAME");
    output.result(
      list,
      formatTable(
        ["ID", "STATE", "MESSAGES", "SIZE", "LAST RECEIVED", "LAST PULLED", "NAME"],
        list.mailboxes.map((mailbox) => [
          mailbox.id,
          mailbox.state,
          String(mailbox.messages),
          formatBytes(mailbox.sealedBytes),
          formatTime(mailbox.lastReceivedAt),
          formatTime(mailbox.lastPulledAt),
          mailbox.name,
        ]),
      ),
    );
  });
}
