// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { MailboxDetails } from "../../admin/shapes.ts";
import { clientSettings, proxyAccount } from "../client-settings.ts";
import { describeClients } from "../client-texts.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { mailboxArgument, runCommandOperation } from "../run-operation.ts";
import { formatBytes, formatFacts, formatTime } from "../text-table.ts";

export function mailboxShowCommand(io: CommandIo): Command {
  const command = new Command("show")
    .description("show a mailbox, and what to enter in the sending server and in the archive")
    .argument("<id>", "the mailbox")
    .option(
      "--proxy <user and server...>",
      "what to type into mail clients: the user's name at the real server, and the server; a second one for outgoing mail when it differs",
    );
  return addCommonOptions(command).action(async (id: string, options: ShowOptions) => {
    const output = new Output(io, options.json === true);
    const account = options.proxy === undefined ? undefined : proxyAccount(options.proxy);
    const mailbox = await runCommandOperation(io, options, "mailbox.show", { id: mailboxArgument(id) });
    if (account === undefined) return output.result(mailbox, describe(mailbox));
    const settings = clientSettings(mailbox, account);
    output.result({ id: mailbox.id, ...settings }, describeClients(settings));
    if (mailbox.state !== "active")
      output.note("The mailbox is suspended: the proxy refuses logins until it is active.");
  });
}

interface ShowOptions extends CommonOptions {
  readonly proxy?: readonly string[];
}

function describe(mailbox: MailboxDetails): string {
  return [
    formatFacts([
      ["Name", mailbox.name],
      ["Description", mailbox.description === "" ? "-" : mailbox.description],
      ["State", mailbox.state],
      ["Purpose", mailbox.purpose],
      ["Created", formatTime(mailbox.createdAt)],
      ["Messages", `${mailbox.messages} (${formatBytes(mailbox.sealedBytes)})`],
      ["Oldest", formatTime(mailbox.oldestReceivedAt)],
      ["Last received", formatTime(mailbox.lastReceivedAt)],
      ["Last pulled", formatTime(mailbox.lastPulledAt)],
      ["Key", mailbox.recipientKind === "x25519" ? "X25519" : "ML-KEM-768 with X25519 (post-quantum hybrid)"],
    ]),
    "In the server that sends journal copies\n",
    formatFacts([
      ...mailbox.addresses.map((address) => ["  Address", address] as const),
      ...mailbox.deliver.map((endpoint) => ["  SMTP", formatEndpoint(endpoint, "STARTTLS")] as const),
      ["  TLS", mailbox.requireTls ? "required" : "not required"],
      ["  From", mailbox.allowedPeers.length === 0 ? "any peer" : mailbox.allowedPeers.join(", ")],
    ]),
    "In the archive that pulls\n",
    formatFacts([
      ...mailbox.pull.map((endpoint) => ["  POP3", formatEndpoint(endpoint, "STLS")] as const),
      ["  User name", mailbox.id],
      ["  Password", "the mailbox password; it is kept nowhere"],
      ["  Afterwards", "let it delete what it has archived"],
    ]),
    ...(mailbox.allowedTargets.length === 0
      ? []
      : [`The proxy reaches for it: ${mailbox.allowedTargets.join(", ")}\n`]),
    ...(mailbox.mostWaitingBytes === null ? [] : [`At most ${formatBytes(mailbox.mostWaitingBytes)} may wait in it\n`]),
    `In mail clients, through the proxy: postern mailbox show ${mailbox.id} --proxy USER SERVER`,
  ].join("\n");
}

/** `upgrade`: what the protocol calls its way into TLS. */
function formatEndpoint({ host, port, tls }: MailboxDetails["pull"][number], upgrade: "STARTTLS" | "STLS"): string {
  return `${host}, port ${port}, ${tls === "implicit" ? "TLS from the start" : upgrade}`;
}
