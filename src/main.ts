// SPDX-License-Identifier: Apache-2.0
import { runCli } from "./cli/run.ts";

// Whatever a command or the gateway writes is for its owner's eyes: index, lock, exports.
process.umask(0o077);

// `postern mailbox list | head -1` closes the pipe early; that is no failure.
process.stdout.on("error", (error) => {
  if ("code" in error && error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), process);
