// SPDX-License-Identifier: Apache-2.0
import { progress } from "../bench/report.ts";
import { Laboratory, type LaboratoryOptions, type Result } from "./laboratory.ts";
import type { Scenario } from "./scenario.ts";

/** Runs scenarios one after the other; those with the same configuration on the same gateway, so that leaks add up. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  options: LaboratoryOptions,
): Promise<{ readonly results: readonly Result[]; readonly wrong: readonly string[] }> {
  const results: Result[] = [];
  const wrong: string[] = [];
  for (const [configuration, group] of Map.groupBy(scenarios, (each) => each.configuration ?? "")) {
    const laboratory = await Laboratory.start(options, configuration);
    try {
      for (const scenario of group) {
        progress(scenario.name);
        results.push(await laboratory.run(scenario));
      }
    } finally {
      wrong.push(...(await laboratory.stop()));
    }
  }
  return { results, wrong };
}
