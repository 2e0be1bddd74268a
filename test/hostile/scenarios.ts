// SPDX-License-Identifier: Apache-2.0
import type { Scenario } from "./scenario.ts";
import { connectionScenarios } from "./scenarios/connections.ts";
import { lineScenarios } from "./scenarios/lines.ts";
import { slowScenarios } from "./scenarios/slow.ts";
import { tlsScenarios } from "./scenarios/tls.ts";
import { unreadScenarios } from "./scenarios/unread.ts";

/** Everything that is tried. */
export const scenarios: readonly Scenario[] = [
  ...connectionScenarios,
  ...slowScenarios,
  ...tlsScenarios,
  ...lineScenarios,
  ...unreadScenarios,
];
