// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { CommandIo } from "../command-io.ts";
import { doctorUpstreamCommand } from "./doctor-upstream.ts";

export function doctorCommand(io: CommandIo): Command {
  return new Command("doctor")
    .description("find out why something does not work, and what to do")
    .addCommand(doctorUpstreamCommand(io));
}
