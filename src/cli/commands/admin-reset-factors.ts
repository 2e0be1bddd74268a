// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { runCommandOperation } from "../run-operation.ts";

export function adminResetFactorsCommand(io: CommandIo): Command {
  const command = new Command("reset-factors")
    .description("take all second factors from an administrator who has lost them; the password stays")
    .argument("<name>", "what they sign in with");
  return addCommonOptions(command).action(async (name: string, options: CommonOptions) => {
    const result = await runCommandOperation(io, options, "admin.reset-factors", { name });
    const text =
      result.reset.length === 0
        ? `${result.name} has no second factor.`
        : `${result.name} signs in with the password alone now (gone: ${result.reset.join(", ")}).`;
    new Output(io, options.json === true).result(result, text);
  });
}
