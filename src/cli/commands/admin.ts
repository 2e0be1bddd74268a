// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { adminCreateCommand } from "./admin-create.ts";
import { adminListCommand } from "./admin-list.ts";
import { adminPasswordCommand } from "./admin-password.ts";
import { adminResetFactorsCommand } from "./admin-reset-factors.ts";

export function adminCommand(io: CommandIo): Command {
  const command = new Command("admin").description("who may sign in to the HTTP API and the console");
  const makers = [adminCreateCommand, adminListCommand, adminPasswordCommand, adminResetFactorsCommand];
  for (const make of makers) command.addCommand(make(io));
  return command;
}
