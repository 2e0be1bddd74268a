// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../observe/log.ts";
import type { AccountStore } from "../../store/accounts/contract.ts";
import { AuditTrail } from "../audit-trail.ts";
import { AccountRegistry } from "./account-registry.ts";
import { FactorRegistry } from "./factor-registry.ts";
import { TokenRegistry } from "./token-registry.ts";

/** What operations need of the accounts. */
export interface AccountStages {
  readonly accounts: AccountRegistry;
  readonly tokens: TokenRegistry;
  readonly factors: FactorRegistry;
  readonly audit: AuditTrail;
}

/** The registries and the trail over one store of accounts: made once, since each makes its changes in turn. */
export function accountStages(
  store: AccountStore,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): AccountStages {
  const audit = new AuditTrail({ store, clock, log });
  const parts = { store, audit, clock };
  return {
    accounts: new AccountRegistry(parts),
    tokens: new TokenRegistry(parts),
    factors: new FactorRegistry(parts),
    audit,
  };
}
