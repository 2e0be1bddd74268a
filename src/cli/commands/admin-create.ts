// SPDX-License-Identifier: Apache-2.0
import { Command, Option } from "commander";
import { type Role, roleNames } from "../../admin/accounts/roles.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { readNewPassword } from "../new-password.ts";
import { Output } from "../output.ts";
import { runCommandOperation } from "../run-operation.ts";

interface CreateOptions extends CommonOptions {
  readonly role: Role;
  readonly passwordFile?: string;
}

export function adminCreateCommand(io: CommandIo): Command {
  const command = new Command("create")
    .description("let somebody administer the gateway over HTTPS")
    .argument("<name>", "what they sign in with")
    .addOption(
      new Option("--role <role>", "administrator (all), operator (mailboxes), auditor (reads all, changes nothing)")
        .choices(roleNames)
        .default("administrator"),
    )
    .option("--password-file <file>", "their password (- is standard input; else POSTERN_PASSWORD, else asked)");
  return addCommonOptions(command).action(async (name: string, { role, ...options }: CreateOptions) => {
    const password = await readNewPassword(io, options.passwordFile);
    const created = await runCommandOperation(io, options, "admin.create", { name, role, password });
    new Output(io, options.json === true).result(created, `${created.name} may sign in, as ${created.role}.`);
  });
}
