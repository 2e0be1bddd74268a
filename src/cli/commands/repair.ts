// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import { systemClock } from "../../base/clock.ts";
import type { RepairReport, RepairStep } from "../../store/repair/repair.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { findConfiguration } from "../find-configuration.ts";
import { Output } from "../output.ts";

interface RepairCommandOptions extends CommonOptions {
  readonly apply?: boolean;
}

export function repairCommand(io: CommandIo): Command {
  const command = new Command("repair")
    .description("save what can be saved of a damaged data directory; the gateway must be stopped. Deletes nothing")
    .option("--apply", "do it; without this it only says what it would do");
  return addCommonOptions(command).action((options: RepairCommandOptions) => runRepair(io, options));
}

async function runRepair(io: CommandIo, options: RepairCommandOptions): Promise<void> {
  const output = new Output(io, options.json === true);
  const directory = findConfiguration(options, io.env).gateway.dataDirectory;
  const { repairStore } = await import("../../store/repair/repair.ts");
  const { commandLineActor } = await import("../operations-door.ts");
  const report = repairStore(directory, {
    apply: options.apply === true,
    atMs: systemClock.nowMs(),
    actor: commandLineActor(),
    onStep: (step) => output.note(describe(step)),
  });
  output.result({ ...report, kept: report.kept ?? null }, summarise(report));
}

function describe({ code, mailbox, uniqueId, text }: RepairStep): string {
  const about = [mailbox, uniqueId].filter((part) => part !== undefined).join(" ");
  return about === "" ? `${text} [${code}]` : `${about}: ${text} [${code}]`;
}

function summarise({ applied, steps, kept }: RepairReport): string {
  if (steps.length === 0) return "There is nothing to repair.";
  const lost = steps.filter(({ code }) => code === "message-lost" || code === "mailbox-lost").length;
  const losses = lost === 0 ? "Nothing is lost." : `LOST: ${lost} messages or mailboxes, named above.`;
  if (!applied) return `${steps.length} things would be done. ${losses} To do them: postern repair --apply`;
  return `${steps.length} things were done. ${losses} The index of before is in ${kept}.`;
}
