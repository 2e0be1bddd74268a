// SPDX-License-Identifier: Apache-2.0
import type { OperationInput, OperationName, OperationOutput } from "../admin/operations.ts";
import { PosternError } from "../base/errors.ts";
import { type MailboxId, parseMailboxId } from "../base/ids.ts";
import type { CommandIo } from "./command-io.ts";
import type { CommonOptions } from "./common-options.ts";
import { findConfiguration } from "./find-configuration.ts";
import { Progress } from "./progress.ts";

/** What somebody may begin with, before there is a data directory. */
const makesData: ReadonlySet<OperationName> = new Set(["mailbox.create", "admin.create"]);

/** Runs one operation as a command does: finds the gateway or the data, shows progress, closes what it opened. */
export function runCommandOperation<N extends OperationName>(
  io: CommandIo,
  options: CommonOptions,
  name: N,
  input: OperationInput<N>,
): Promise<OperationOutput<N>> {
  return withOperations(io, options, makesData.has(name), (run) => run(name, input));
}

/** Runs several operations of one command through one door. */
export async function withOperations<T>(
  io: CommandIo,
  options: CommonOptions,
  mayCreate: boolean,
  work: (run: RunOperation) => Promise<T>,
): Promise<T> {
  // Loaded here, so that help and mistakes are answered at once: it brings the store and the operations along.
  const { openOperations } = await import("./operations-door.ts");
  const door = await openOperations(findConfiguration(options, io.env), { mayCreate });
  const progress = new Progress(io, options.json === true);
  try {
    return await work(async (name, input) => {
      try {
        return await door.run(name, input, (text) => progress.say(text));
      } finally {
        progress.clear();
      }
    });
  } finally {
    await door.close();
  }
}

export type RunOperation = <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<OperationOutput<N>>;

/** An ID argument; the whole address will do, too. Throws `cli/usage`. */
export function mailboxArgument(text: string): MailboxId {
  const id = parseMailboxId(text.trim().split("@", 1)[0] ?? "");
  if (id !== undefined) return id;
  throw new PosternError("cli/usage", `"${text}" is no mailbox id; \`postern mailbox list\` shows the ids`);
}
