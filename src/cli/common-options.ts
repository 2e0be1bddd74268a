// SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

/** Options of every command. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly config?: string;
  readonly data?: string;
}

export function addCommonOptions(command: Command): Command {
  return command
    .option("--json", 'print the result as JSON, and errors as {"error":{"code","message"}}')
    .option("--config <file>", "the configuration (else POSTERN_CONFIG, ./postern.toml, /etc/postern/postern.toml)")
    .option("--data <directory>", "the data directory (else what the configuration says, else ./postern-data)");
}
