// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { notifyTestCommand } from "./notify-test.ts";

export function notifyCommand(io: CommandIo): Command {
  return new Command("notify")
    .description("notices to administrators, as the section [notify] sets them up")
    .addCommand(notifyTestCommand(io));
}
