// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Arena, Outcome, Scenario } from "./scenario.ts";

const attackerFile = join(import.meta.dirname, "attacker.ts");

/** The process that the attacks run in, so that they take no time from the normal client's measuring. */
export class AttackProcess {
  #child: ChildProcess | undefined;

  /** Carries one attack out. Throws when the attackers themselves fail; the next attack gets a new process then. */
  async run(scenario: Scenario, arena: Arena): Promise<Outcome> {
    const child = (this.#child ??= fork(attackerFile, { stdio: ["ignore", "inherit", "inherit", "ipc"] }));
    return new Promise<Outcome>((resolve, reject) => {
      const settle = (): void => {
        child.removeAllListeners();
      };
      child.once("message", (outcome: Outcome) => {
        settle();
        resolve(outcome);
      });
      child.once("exit", (code, signal) => {
        settle();
        this.#child = undefined;
        reject(new Error(`the attacker ended: ${code ?? signal ?? "?"}`));
      });
      child.send({ name: scenario.name, arena });
    });
  }

  stop(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}
