// SPDX-License-Identifier: Apache-2.0
import { Command, Option } from "commander";
import { type Purpose, purposes } from "../../mailbox/mailbox-settings.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { parseMostWaiting } from "../most-waiting.ts";
import { Output } from "../output.ts";
import { runCommandOperation } from "../run-operation.ts";
import { formatFacts } from "../text-table.ts";

interface CreateOptions extends CommonOptions {
  readonly description?: string;
  readonly purpose: Purpose;
  readonly allowPeer: readonly string[];
  readonly allowTarget: readonly string[];
  readonly requireTls: boolean;
  readonly mostWaiting?: string;
}

export function mailboxCreateCommand(io: CommandIo): Command {
  const command = new Command("create")
    .description("make a mailbox; prints its id, address and password, once")
    .argument("<name>", 'what people call it: "Office 365 Journal"')
    .option("--description <text>", "what it is for")
    .addOption(new Option("--purpose <purpose>", "where its mail will come from").choices(purposes).default("other"))
    .option(
      "--allow-peer <peer>",
      "who may deliver: an address, a range (192.0.2.0/24), microsoft365 or google; may be repeated (default: anybody)",
      (peer: string, earlier: readonly string[]) => [...earlier, peer],
      [],
    )
    .option(
      "--allow-target <server>",
      "what the proxy may reach for it, of what the gateway allows: imap.example.com, *.example.com; may be repeated",
      (server: string, earlier: readonly string[]) => [...earlier, server],
      [],
    )
    .option("--most-waiting <size>", 'how much may wait in it, such as "10 GiB" (default: as much as the disk takes)')
    .option("--no-require-tls", "take mail for it over unencrypted connections, too");
  return addCommonOptions(command).action(async (name: string, options: CreateOptions) => {
    const output = new Output(io, options.json === true);
    const created = await runCommandOperation(io, options, "mailbox.create", {
      name,
      description: options.description ?? "",
      allowedPeers: options.allowPeer,
      requireTls: options.requireTls,
      purpose: options.purpose,
      allowedTargets: options.allowTarget,
      mostWaitingBytes: parseMostWaiting(options.mostWaiting) ?? null,
    });
    output.result(
      created,
      formatFacts([
        ["Id", created.id],
        ["Address", created.address],
        ["Password", created.password],
      ]),
    );
    output.note(
      [
        "",
        "Store the password now. It is shown this once, and without it nobody can read the mail of this mailbox.",
        `What to enter in the sending server and in the archive: postern mailbox show ${created.id}`,
        `What to type into mail clients, for the proxy: postern mailbox show ${created.id} --proxy USER SERVER`,
      ].join("\n"),
    );
  });
}
