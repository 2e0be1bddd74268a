// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { readNewPassword } from "../new-password.ts";
import { Output } from "../output.ts";
import { runCommandOperation } from "../run-operation.ts";

interface PasswordOptions extends CommonOptions {
  readonly passwordFile?: string;
}

export function adminPasswordCommand(io: CommandIo): Command {
  const command = new Command("password")
    .description("give an administrator a new password, for whoever is locked out; ends their sign-ins")
    .argument("<name>", "what they sign in with")
    .option("--password-file <file>", "the new password (- is standard input; else POSTERN_PASSWORD, else asked)");
  return addCommonOptions(command).action(async (name: string, options: PasswordOptions) => {
    const password = await readNewPassword(io, options.passwordFile);
    const changed = await runCommandOperation(io, options, "admin.password", { name, password });
    new Output(io, options.json === true).result(changed, `${changed.name} has a new password.`);
  });
}
