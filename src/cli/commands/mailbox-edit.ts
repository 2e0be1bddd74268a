// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import { PosternError } from "../../base/errors.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { mailboxArgument, runCommandOperation } from "../run-operation.ts";

interface EditOptions extends CommonOptions {
  readonly name?: string;
  readonly description?: string;
  readonly allowPeer?: readonly string[];
  readonly anyPeer?: boolean;
  readonly requireTls?: boolean;
}

export function mailboxEditCommand(io: CommandIo): Command {
  const command = new Command("edit")
    .description("change name, description, allowed peers or the need for TLS")
    .argument("<id>", "the mailbox")
    .option("--name <name>", "a new name")
    .option("--description <text>", "a new description")
    .option(
      "--allow-peer <peer>",
      "who may deliver from now on, in place of the old list; may be repeated",
      (peer: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), peer],
    )
    .option("--any-peer", "let any peer deliver")
    .option("--require-tls", "take mail over TLS only")
    .option("--no-require-tls", "take mail over unencrypted connections, too");
  return addCommonOptions(command).action(async (id: string, options: EditOptions) => {
    const output = new Output(io, options.json === true);
    const { name, description, requireTls } = options;
    const allowedPeers = options.anyPeer === true ? [] : options.allowPeer;
    if ([name, description, requireTls, allowedPeers].every((change) => change === undefined)) {
      throw new PosternError("cli/usage", "say what to change; `postern mailbox edit --help` shows what can be");
    }
    const mailbox = await runCommandOperation(io, options, "mailbox.edit", {
      id: mailboxArgument(id),
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(requireTls === undefined ? {} : { requireTls }),
      ...(allowedPeers === undefined ? {} : { allowedPeers }),
    });
    output.result(mailbox, `${mailbox.name} (${mailbox.id}) is changed.`);
  });
}
