// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { setTimeout } from "node:timers/promises";
import { accountStages } from "../admin/accounts/account-stages.ts";
import { ControlClient } from "../admin/control-client.ts";
import { type OperationInput, type OperationName, type OperationOutput, runOperation } from "../admin/operations.ts";
import { systemClock } from "../base/clock.ts";
import { hasCode, PosternError } from "../base/errors.ts";
import type { Configuration } from "../config/schema.ts";
import { MailboxRegistry } from "../mailbox/registry.ts";
import { silentLog } from "../observe/log.ts";
import { openAccounts } from "../store/accounts/open-accounts.ts";
import type { Store } from "../store/contract.ts";
import { dataDirectory } from "../store/data-directory.ts";
import { openStore } from "../store/open-store.ts";

/** Where a command has its operations run. */
export interface OperationsDoor {
  run<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
    report: (progress: string) => void,
  ): Promise<OperationOutput<N>>;
  close(): Promise<void>;
}

/**
 * The running gateway when there is one, for it owns the data directory; else the data directory itself, opened as the
 * gateway would. `mayCreate`: a data directory that is not there yet is made, else it is a mistake (`store/no-data`).
 */
export async function openOperations(
  configuration: Configuration,
  { mayCreate }: { readonly mayCreate: boolean },
): Promise<OperationsDoor> {
  const actor = commandLineActor();
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryDoors(configuration, actor, mayCreate);
    } catch (error) {
      // A gateway that is just starting or stopping, or another command: soon it answers or is gone.
      if (!hasCode(error, "store/in-use") || attempt === inUseAttempts) throw error;
      await setTimeout(inUseWaitMs);
    }
  }
}

const inUseWaitMs = 100;
const inUseAttempts = 50;

async function tryDoors(configuration: Configuration, actor: string, mayCreate: boolean): Promise<OperationsDoor> {
  const client = await ControlClient.find(configuration.control.socket, actor);
  if (client !== undefined) return { run: (...request) => client.run(...request), close: async () => undefined };
  if (!mayCreate) refuseMissingData(configuration);
  return openOffline(configuration, actor);
}

/** Throws `store/no-data` with the ways to name another directory. */
export function refuseMissingData({ gateway }: Configuration): void {
  if (existsSync(dataDirectory(gateway.dataDirectory).index)) return;
  throw new PosternError("store/no-data", `${gateway.dataDirectory}; name another with --data or --config`);
}

async function openOffline(configuration: Configuration, actor: string): Promise<OperationsDoor> {
  const store = await openStore({
    directory: configuration.gateway.dataDirectory,
    clock: systemClock,
    log: silentLog,
    diskReserveBytes: configuration.limits.diskReserveBytes,
    repeatedDeliveryMs: configuration.limits.repeatedDeliveryMs,
  });
  try {
    return await offlineDoor(configuration, actor, store);
  } catch (error) {
    await store.stop();
    throw error;
  }
}

async function offlineDoor(configuration: Configuration, actor: string, store: Store): Promise<OperationsDoor> {
  const accountStore = await openAccounts(configuration.gateway.dataDirectory);
  const mailboxes = new MailboxRegistry({
    store,
    clock: systemClock,
    recipientKind: configuration.seal.recipientType,
    workFactor: configuration.seal.scryptWorkFactor,
  });
  const stages = {
    ...accountStages(accountStore, { clock: systemClock, log: silentLog }),
    mailboxes,
    store,
    configuration,
    log: silentLog,
    running: undefined,
    testMessages: undefined,
    traffic: undefined,
    settings: undefined,
    certificates: undefined,
    notices: undefined,
    actor,
    origin: "command line",
  };
  return {
    run: (name, input, report) => runOperation(name, input, { ...stages, report }),
    async close() {
      await accountStore.stop();
      await store.stop();
    },
  };
}

/** Who a command acts as, for ledger and audit trail. */
export function commandLineActor(): string {
  return `cli:${userName()}`;
}

/** For the ledger. A user id without a name, as containers have it, throws. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
