// SPDX-License-Identifier: Apache-2.0
import type { Scenario } from "./scenario.ts";
import { bombScenarios } from "./scenarios/bombs.ts";
import { connectionScenarios } from "./scenarios/connections.ts";
import { evilUpstreamScenarios } from "./scenarios/evil-upstreams.ts";
import { garbageScenarios } from "./scenarios/garbage.ts";
import { httpScenarios } from "./scenarios/http.ts";
import { lineScenarios } from "./scenarios/lines.ts";
import { odditiesScenarios } from "./scenarios/oddities.ts";
import { passwordScenarios } from "./scenarios/passwords.ts";
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
  ...garbageScenarios,
  ...odditiesScenarios,
  ...bombScenarios,
  ...httpScenarios,
  ...passwordScenarios,
  ...evilUpstreamScenarios,
];
