// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import { exampleConfiguration } from "../../config/example.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";

export function configExampleCommand(io: CommandIo): Command {
  const command = new Command("example").description(
    "print a configuration with every setting, its default and its meaning",
  );
  return addCommonOptions(command).action((options: CommonOptions) => {
    const text = exampleConfiguration();
    new Output(io, options.json === true).result({ text }, text);
  });
}
