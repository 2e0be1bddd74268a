// SPDX-License-Identifier: Apache-2.0

/**
 * The attackers' process: takes scenarios with their arena by IPC, and sends what came of each. Of lower priority than the
 * gateway and the normal client, since attackers have machines of their own and must not be seen taking this one.
 */
import { getPriority, setPriority } from "node:os";
import { inspect } from "node:util";
import type { Arena } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

setPriority(Math.min(19, getPriority() + 10));
process.on("message", (order: { readonly name: string; readonly arena: Arena }) => {
  void carryOut(order.name, order.arena);
});

async function carryOut(name: string, arena: Arena): Promise<void> {
  const scenario = scenarios.find((each) => each.name === name);
  try {
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    const outcome = await scenario.attack(arena);
    process.send?.(outcome);
  } catch (error) {
    process.stderr.write(`${inspect(error)}\n`);
    process.exit(1);
  }
}
