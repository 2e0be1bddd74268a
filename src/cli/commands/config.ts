// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { configCheckCommand } from "./config-check.ts";
import { configExampleCommand } from "./config-example.ts";
import { configShowCommand } from "./config-show.ts";

export function configCommand(io: CommandIo): Command {
  return new Command("config")
    .description("print an example of the configuration, check one, or show the one that holds")
    .addCommand(configExampleCommand(io))
    .addCommand(configCheckCommand(io))
    .addCommand(configShowCommand(io));
}
