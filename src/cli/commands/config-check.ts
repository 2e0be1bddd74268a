// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { describeError, PosternError } from "../../base/errors.ts";
import { checkConfiguration, formatProblems } from "../../config/load.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";

export function configCheckCommand(io: CommandIo): Command {
  const command = new Command("check")
    .description("check a configuration file, with the environment as it is now; changes nothing")
    .argument("<file>", "the configuration");
  return addCommonOptions(command).action(async (file: string, options: CommonOptions) => {
    const output = new Output(io, options.json === true);
    const problems = checkConfiguration(await readText(file), io.env);
    if (problems.length > 0) throw new PosternError("config/invalid", `${file}\n${formatProblems(problems)}`);
    output.result({ file, valid: true }, `${file} is valid.`);
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new PosternError("config/unreadable", describeError(error), { cause: error });
  }
}
