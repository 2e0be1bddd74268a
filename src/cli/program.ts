// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "./command-io.ts";
import { adminCommand } from "./commands/admin.ts";
import { configCommand } from "./commands/config.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { mailboxCommand } from "./commands/mailbox.ts";
import { notifyCommand } from "./commands/notify.ts";
import { repairCommand } from "./commands/repair.ts";
import { serveCommand } from "./commands/serve.ts";
import { statusCommand } from "./commands/status.ts";
import { verifyCommand } from "./commands/verify.ts";
import { readVersion } from "./version.ts";

/** Every command, listed once. */
export function createProgram(io: CommandIo): Command {
  const program = new Command("postern")
    .description("Postern keeps copies of all mail, sealed, until the archive pulls them.")
    .version(readVersion(), "--version", "print the version")
    .addHelpText(
      "after",
      "\nFirst steps: postern serve, then postern mailbox create NAME\nManual: docs/command-line.md",
    );
  const commands = [
    serveCommand(io),
    mailboxCommand(io),
    adminCommand(io),
    notifyCommand(io),
    statusCommand(io),
    exportCommand(io),
    verifyCommand(io),
    repairCommand(io),
    doctorCommand(io),
    configCommand(io),
  ];
  for (const command of commands) program.addCommand(command);
  return program;
}
