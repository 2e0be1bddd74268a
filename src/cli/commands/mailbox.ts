// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { mailboxCreateCommand } from "./mailbox-create.ts";
import { mailboxDeleteCommand } from "./mailbox-delete.ts";
import { mailboxEditCommand } from "./mailbox-edit.ts";
import { mailboxListCommand } from "./mailbox-list.ts";
import { mailboxPasswordCommand } from "./mailbox-password.ts";
import { mailboxShowCommand } from "./mailbox-show.ts";
import { mailboxActivateCommand, mailboxSuspendCommand } from "./mailbox-state.ts";
import { mailboxTestCommand } from "./mailbox-test.ts";

export function mailboxCommand(io: CommandIo): Command {
  const command = new Command("mailbox").description("make, show and change mailboxes");
  const subcommands = [
    mailboxCreateCommand(io),
    mailboxListCommand(io),
    mailboxShowCommand(io),
    mailboxEditCommand(io),
    mailboxActivateCommand(io),
    mailboxSuspendCommand(io),
    mailboxDeleteCommand(io),
    mailboxPasswordCommand(io),
    mailboxTestCommand(io),
  ];
  for (const subcommand of subcommands) command.addCommand(subcommand);
  return command;
}
