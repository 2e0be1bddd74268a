// SPDX-License-Identifier: Apache-2.0
import type {
  AccountChange,
  AccountRow,
  AccountStore,
  AuditEntry,
  AuditRow,
  TokenRow,
} from "../../src/store/accounts/contract.ts";

/** Accounts in memory; `failure`, when set, is what every change meets. */
export class MemoryAccounts implements AccountStore {
  readonly entries: AuditEntry[] = [];
  readonly #accounts = new Map<string, AccountRow>();
  readonly #tokens = new Map<string, TokenRow>();
  failure: Error | undefined;

  accounts(): readonly AccountRow[] {
    return [...this.#accounts.values()];
  }

  tokens(): readonly TokenRow[] {
    return [...this.#tokens.values()];
  }

  async apply(changes: readonly AccountChange[], entry: AuditEntry): Promise<void> {
    // A real store answers later; changes that are not made in turn would mix here.
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    for (const change of changes) {
      if (change.kind === "put-account") this.#accounts.set(change.row.name, change.row);
      else if (change.kind === "remove-account") this.#accounts.delete(change.name);
      else if (change.kind === "put-token") this.#tokens.set(change.row.id, change.row);
      else this.#tokens.delete(change.id);
    }
    this.entries.push(entry);
  }

  async auditBefore(position: number, limit: number): Promise<readonly AuditRow[]> {
    const rows = this.entries.map((entry, index) => ({ ...entry, position: index + 1, hash: "" }));
    return rows
      .filter((row) => row.position < position)
      .toReversed()
      .slice(0, limit);
  }

  async stop(): Promise<void> {}
}
