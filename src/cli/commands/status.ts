// SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";
import type { GatewayStatus } from "../../admin/shapes.ts";
import type { CommandIo } from "../command-io.ts";
import { addCommonOptions, type CommonOptions } from "../common-options.ts";
import { Output } from "../output.ts";
import { runCommandOperation } from "../run-operation.ts";
import { formatBytes, formatFacts, formatTime } from "../text-table.ts";

export function statusCommand(io: CommandIo): Command {
  const command = new Command("status").description("tell whether the gateway runs, takes mail, and what waits in it");
  return addCommonOptions(command).action(async (options: CommonOptions) => {
    const output = new Output(io, options.json === true);
    const status = await runCommandOperation(io, options, "status", {});
    output.result(status, describe(status));
  });
}

function describe({ running, dataDirectory, store, mailboxes, messages, sealedBytes, notices }: GatewayStatus): string {
  return formatFacts([
    ["Gateway", running === null ? "not running" : `running since ${formatTime(running.startedAt)}`],
    ...(running === null
      ? []
      : ([
          ["Version", running.version],
          ["Process", String(running.processId)],
          ["Ports", running.ports.map(({ service, host, port }) => `${service} ${host}:${port}`).join(", ")],
          ["Certificate", running.certificateFingerprint],
        ] as const)),
    ["Data", dataDirectory],
    ["Store", store],
    ["Mailboxes", `${mailboxes.active} active, ${mailboxes.suspended} suspended`],
    ["Messages", `${messages} (${formatBytes(sealedBytes)})`],
    ...notices.map(
      (each) => [`Notices by ${each.channel === "email" ? "e-mail" : each.channel}`, noticesText(each)] as const,
    ),
  ]);
}

function noticesText({ lastAttemptAt, lastDeliveredAt, failures, reason }: GatewayStatus["notices"][number]): string {
  if (lastAttemptAt === null) return "set up, none sent yet";
  const delivered = lastDeliveredAt === null ? "never" : formatTime(lastDeliveredAt);
  if (failures === 0) return `last delivered ${delivered}`;
  return `${failures} failures in a row, the last ${formatTime(lastAttemptAt)}${reason === null ? "" : `: ${reason}`}; last delivered ${delivered}`;
}
