// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { mailboxArgument, runCommandOperation } from "../run-operation.ts";

export function mailboxActivateCommand(io: CommandIo): Command {
  return stateCommand(io, {
    name: "activate",
    operation: "mailbox.activate",
    description: "let a mailbox take mail again",
    done: "takes mail",
  });
}

export function mailboxSuspendCommand(io: CommandIo): Command {
  return stateCommand(io, {
    name: "suspend",
    operation: "mailbox.suspend",
    description: "let a mailbox take no mail for the time being (senders try again); pulling goes on",
    done: "takes no mail; what is there can be pulled",
  });
}

interface StateChange {
  readonly name: string;
  readonly operation: "mailbox.activate" | "mailbox.suspend";
  readonly description: string;
  readonly done: string;
}

function stateCommand(io: CommandIo, change: StateChange): Command {
  const command = new Command(change.name).description(change.description).argument("<id>", "the mailbox");
  return addCommonOptions(command).action(async (id: string, options: CommonOptions) => {
    const output = new Output(io, options.json === true);
    const mailbox = await runCommandOperation(io, options, change.operation, { id: mailboxArgument(id) });
    output.result(mailbox, `${mailbox.name} (${mailbox.id}) ${change.done}.`);
  });
}
