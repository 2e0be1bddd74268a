// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { describeError, PosternError } from "../../base/errors.ts";
import { LiveSettings } from "../../config/live-settings.ts";
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
    const text = await readText(file);
    const problems = checkConfiguration(text, io.env);
    if (problems.length > 0) throw new PosternError("config/invalid", `${file}\n${formatProblems(problems)}`);
    // With what was changed in the console, as a gateway would start.
    const { checked } = LiveSettings.open({ text, environment: io.env });
    const changed = [...checked.given].filter(([, { origin }]) => origin === "console").map(([name]) => name);
    const also = changed.length === 0 ? "" : `\nChanged in the console: ${changed.join(", ")}.`;
    output.result({ file, valid: true, changedInConsole: changed }, `${file} is valid.${also}`);
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new PosternError("config/unreadable", describeError(error), { cause: error });
  }
}
