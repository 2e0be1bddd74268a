// SPDX-License-Identifier: Apache-2.0
import { type Command, CommanderError } from "commander";
import { hasCode, PosternError } from "../base/errors.ts";
import type { CommandIo } from "./command-io.ts";
import { Output } from "./output.ts";
import { createProgram } from "./program.ts";

/** What the process ends with. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Runs one command line, `args` without program and script. Prints what went wrong and never throws. */
export async function runCli(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const output = new Output(io, args.includes("--json"));
  try {
    await prepared(createProgram(io), io).parseAsync(args, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, output);
    // What is already printed, message by message, wants no second line for people; programs get the code.
    output.error(error);
    return hasCode(error, "cli/usage") ? exitCodes.usage : exitCodes.failed;
  }
}

/** Help and version come as errors of the parser too, as do unknown commands and missing arguments. */
function endOfParsing(error: CommanderError, output: Output): ExitCode {
  if (error.exitCode === 0) return exitCodes.done;
  // A command that only groups others shows its help when it stands alone; there is nothing to add to that.
  if (error.code !== "commander.help") {
    output.error(new PosternError("cli/usage", `${error.message.replace(/^error: /, "")}; see --help`));
  }
  return exitCodes.usage;
}

/** Lets every command throw instead of ending the process, and keeps the parser's own words off the terminal. */
function prepared(command: Command, io: CommandIo): Command {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    outputError: () => undefined,
  });
  for (const subcommand of command.commands) prepared(subcommand, io);
  return command;
}
