// SPDX-License-Identifier: Apache-2.0
import { GatewayProcess } from "../support/gateway-process.ts";
import type { BenchRun } from "./bench-run.ts";

/** A gateway with room for the senders of every benchmark, all of which come from one address, and what `run` adds. */
export const benchSettings = ['log.level = "warn"', "limits.connections_per_address = 4000"];

export async function startBenchGateway(
  run: Pick<BenchRun, "settings">,
  more: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  return GatewayProcess.start({ settings: [...benchSettings, ...more, ...run.settings], env });
}
