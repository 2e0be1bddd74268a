// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { runCommandOperation } from "../run-operation.ts";
import { formatTable, formatTime } from "../text-table.ts";

export function adminListCommand(io: CommandIo): Command {
  const command = new Command("list").description("show who may administer the gateway");
  return addCommonOptions(command).action(async (options: CommonOptions) => {
    const output = new Output(io, options.json === true);
    const list = await runCommandOperation(io, options, "admin.list", {});
    if (list.administrators.length === 0) output.note("There is nobody yet: postern admin create NAME");
    const rows = list.administrators.map(({ name, role, createdAt, passwordChangedAt, secondFactors }) => [
      name,
      role,
      formatTime(createdAt),
      formatTime(passwordChangedAt),
      secondFactors.join(", "),
    ]);
    output.result(list, formatTable(["NAME", "ROLE", "SINCE", "PASSWORD OF", "SECOND FACTORS"], rows));
  });
}
