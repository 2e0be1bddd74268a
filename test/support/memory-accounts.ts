// SPDX-License-Identifier: Apache-2.0
import type {
  AccountChange,
  AccountRow,
  AccountStore,
  AuditEntry,
  AuditPage,
  AuditQuery,
  FactorRow,
  TokenRow,
} from "../../src/store/accounts/contract.ts";

/** Accounts in memory; `failure`, when set, is what every change meets. */
export class MemoryAccounts implements AccountStore {
  readonly entries: AuditEntry[] = [];
  readonly #accounts = new Map<string, AccountRow>();
  readonly #tokens = new Map<string, TokenRow>();
  readonly #factors = new Map<string, FactorRow>();
  failure: Error | undefined;

  accounts(): readonly AccountRow[] {
    return [...this.#accounts.values()];
  }

  tokens(): readonly TokenRow[] {
    return [...this.#tokens.values()];
  }

  factors(): readonly FactorRow[] {
    return [...this.#factors.values()];
  }

  account(name: string): AccountRow | undefined {
    return this.#accounts.get(name);
  }

  tokenOfHash(hash: string): TokenRow | undefined {
    return this.tokens().find((row) => row.hash === hash);
  }

  async apply(changes: readonly AccountChange[], entry: AuditEntry): Promise<void> {
    // A real store answers later; changes that are not made in turn would mix here.
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    for (const change of changes) this.#make(change);
    this.entries.push(entry);
  }

  /** The entries without their hashes; of a query, what pages need. */
  async readAudit({ first, limit, before = Number.MAX_SAFE_INTEGER, after = 0 }: AuditQuery): Promise<AuditPage> {
    const rows = this.entries.map((entry, index) => ({ ...entry, position: index + 1, hash: "" }));
    const within = rows.filter(({ position }) => position < before && position > after);
    const ordered = first === "newest" ? within.toReversed() : within;
    return { rows: ordered.slice(0, limit), head: { position: rows.length, hash: "" } };
  }

  #make(change: AccountChange): void {
    if (change.kind === "put-account") this.#accounts.set(change.row.name, change.row);
    else if (change.kind === "remove-account") this.#accounts.delete(change.name);
    else if (change.kind === "put-token") this.#tokens.set(change.row.id, change.row);
    else if (change.kind === "remove-token") this.#tokens.delete(change.id);
    else if (change.kind === "put-factor") this.#factors.set(change.row.id, change.row);
    else this.#factors.delete(change.id);
  }

  async stop(): Promise<void> {}
}
