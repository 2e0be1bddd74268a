// SPDX-License-Identifier: Apache-2.0
import type { Configuration } from "../../config/schema.ts";
import type { Account } from "../accounts/account.ts";
import type { FactorRegistry } from "../accounts/factor-registry.ts";

export interface PolicyStages {
  readonly factors: Pick<FactorRegistry, "kinds">;
  readonly configuration: Pick<Configuration, "console">;
}

/**
 * Whether somebody who has signed in with a password may do nothing but add a second factor. Asked anew at each request: the
 * setting works at once, and whoever takes their last factor away is asked for one again.
 */
export function mustAddFactor({ name }: Account, { factors, configuration }: PolicyStages): boolean {
  return configuration.console.requireSecondFactor && factors.kinds(name).length === 0;
}
