// SPDX-License-Identifier: Apache-2.0
import { Command, Option } from "commander";
import { PosternError } from "../../base/errors.ts";
import { type Purpose, purposes } from "../../mailbox/mailbox-settings.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { parseMostWaiting } from "../most-waiting.ts";
import { Output } from "../output.ts";
import { mailboxArgument, runCommandOperation } from "../run-operation.ts";

interface EditOptions extends CommonOptions {
  readonly name?: string;
  readonly description?: string;
  readonly allowPeer?: readonly string[];
  readonly anyPeer?: boolean;
  readonly purpose?: Purpose;
  readonly allowTarget?: readonly string[];
  readonly anyTarget?: boolean;
  readonly requireTls?: boolean;
  readonly mostWaiting?: string;
}

export function mailboxEditCommand(io: CommandIo): Command {
  const command = new Command("edit")
    .description("change name, description, purpose, allowed peers and targets, the need for TLS, or how much may wait")
    .argument("<id>", "the mailbox")
    .option("--name <name>", "a new name")
    .option("--description <text>", "a new description")
    .option(
      "--allow-peer <peer>",
      "who may deliver from now on, in place of the old list; may be repeated",
      (peer: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), peer],
    )
    .option("--any-peer", "let any peer deliver")
    .addOption(new Option("--purpose <purpose>", "where its mail comes from").choices(purposes))
    .option(
      "--allow-target <server>",
      "what the proxy may reach for it from now on, in place of the old list; may be repeated",
      (server: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), server],
    )
    .option("--any-target", "let the proxy reach whatever the gateway allows")
    .option("--most-waiting <size>", 'how much may wait in it, such as "10 GiB"; "none": as much as the disk takes')
    .option("--require-tls", "take mail over TLS only")
    .option("--no-require-tls", "take mail over unencrypted connections, too");
  return addCommonOptions(command).action(async (id: string, options: EditOptions) => {
    const output = new Output(io, options.json === true);
    const { name, description, requireTls, purpose } = options;
    const allowedPeers = options.anyPeer === true ? [] : options.allowPeer;
    const allowedTargets = options.anyTarget === true ? [] : options.allowTarget;
    const mostWaitingBytes = parseMostWaiting(options.mostWaiting);
    const changes = [name, description, requireTls, allowedPeers, purpose, allowedTargets, mostWaitingBytes];
    if (changes.every((change) => change === undefined)) {
      throw new PosternError("cli/usage", "say what to change; `postern mailbox edit --help` shows what can be");
    }
    const mailbox = await runCommandOperation(io, options, "mailbox.edit", {
      id: mailboxArgument(id),
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(requireTls === undefined ? {} : { requireTls }),
      ...(allowedPeers === undefined ? {} : { allowedPeers }),
      ...(purpose === undefined ? {} : { purpose }),
      ...(allowedTargets === undefined ? {} : { allowedTargets }),
      ...(mostWaitingBytes === undefined ? {} : { mostWaitingBytes }),
    });
    output.result(mailbox, `${mailbox.name} (${mailbox.id}) is changed.`);
  });
}
