// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { adminCreateCommand } from "./admin-create.ts";
import { adminListCommand } from "./admin-list.ts";
import { adminPasswordCommand } from "./admin-password.ts";

export function adminCommand(io: CommandIo): Command {
  const command = new Command("admin").description("who may sign in to the HTTP API and the console");
  for (const subcommand of [adminCreateCommand(io), adminListCommand(io), adminPasswordCommand(io)]) {
    command.addCommand(subcommand);
  }
  return command;
}
