// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import { describeSettings } from "../../admin/settings/settings-operations.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { findSettings } from "../find-configuration.ts";
import { Output } from "../output.ts";
import { formatTable } from "../text-table.ts";

export function configShowCommand(io: CommandIo): Command {
  const command = new Command("show").description(
    "print every setting as it holds from the next start on, and where its value comes from",
  );
  return addCommonOptions(command).action((options: CommonOptions) => {
    const { sections } = describeSettings(findSettings(options, io.env));
    const settings = sections.flatMap((section) => section.settings);
    const rows = settings.map(({ name, value, origin }) => [name, JSON.stringify(value), origin]);
    new Output(io, options.json === true).result(
      { settings: settings.map(({ name, value, origin }) => ({ name, value, origin })) },
      formatTable(["setting", "value", "from"], rows),
    );
  });
}
