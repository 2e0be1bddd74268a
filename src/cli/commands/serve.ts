// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";

export function serveCommand(io: CommandIo): Command {
  const command = new Command("serve").description("run the gateway until SIGTERM or SIGINT");
  return addCommonOptions(command).action(async (options: CommonOptions) => {
    const { runGateway } = await import("../run-gateway.ts");
    await runGateway(io, options);
  });
}
