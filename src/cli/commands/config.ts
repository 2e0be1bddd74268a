// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { configCheckCommand } from "./config-check.ts";
import { configExampleCommand } from "./config-example.ts";

export function configCommand(io: CommandIo): Command {
  return new Command("config")
    .description("print an example of the configuration, or check one")
    .addCommand(configExampleCommand(io))
    .addCommand(configCheckCommand(io));
}
