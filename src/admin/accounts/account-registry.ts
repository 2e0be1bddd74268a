// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../../base/clock.ts";
import { PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { SecretBytes } from "../../base/secret.ts";
import type { AccountRow, AccountStore } from "../../store/accounts/contract.ts";
import type { Asker, AuditTrail } from "../audit-trail.ts";
import { type Account, accountFromRow, accountKey, checkAccountName } from "./account.ts";
import { hashPassword } from "./password-hash.ts";
import { checkPassword } from "./password-rules.ts";
import type { Role } from "./roles.ts";

export interface AccountRegistryOptions {
  readonly store: AccountStore;
  readonly audit: AuditTrail;
  readonly clock: Clock;
}

export interface NewAccount {
  readonly name: string;
  readonly role: Role;
  /** As a person chose it. A JavaScript string cannot be wiped; it goes no further than this. */
  readonly password: string;
}

/**
 * Who may administer this gateway. Reading is synchronous and cheap; changes are made one after the other, and durable
 * together with their entry in the audit trail.
 */
export class AccountRegistry {
  readonly #options: AccountRegistryOptions;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: AccountRegistryOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  list(): readonly Account[] {
    return this.#options.store.accounts().map(accountFromRow);
  }

  find(name: string): Account | undefined {
    const row = this.#row(name);
    return row === undefined ? undefined : accountFromRow(row);
  }

  /** The hash of an account's password; whoever has signed in with one stays so until it is another. */
  passwordHash(name: string): string | undefined {
    return this.#row(name)?.passwordHash;
  }

  /** Throws `admin/exists`, `admin/weak-password`, `admin/bad-request`. `unless` refuses at the last moment. */
  create(asker: Asker, wanted: NewAccount, unless: () => void = () => undefined): Promise<Account> {
    return this.#inTurn(async () => {
      const name = checkAccountName(wanted.name);
      unless();
      if (this.#row(name) !== undefined) throw new PosternError("admin/exists", name);
      if (this.list().length >= limits.administrators) {
        throw new PosternError("admin/bad-request", `${limits.administrators} administrators are the most`);
      }
      const passwordHash = await this.#hash(wanted.password, name);
      const nowMs = this.#options.clock.nowMs();
      const row = { name, role: wanted.role, passwordHash, createdAtMs: nowMs, passwordChangedAtMs: nowMs };
      const deed = { action: "administrator.create", subject: name, after: { role: wanted.role } };
      await this.#options.audit.apply(asker, deed, [{ kind: "put-account", row }]);
      return accountFromRow(row);
    });
  }

  /** Throws `admin/unknown`, `admin/last-administrator`. */
  setRole(asker: Asker, name: string, role: Role): Promise<Account> {
    return this.#inTurn(async () => {
      const row = this.#mustGet(name);
      if (role !== "administrator") this.#keepOne(row);
      const deed = { action: "administrator.role", subject: row.name, before: { role: row.role }, after: { role } };
      return this.#put(asker, { ...row, role }, deed);
    });
  }

  /** Ends every sign-in with the password of before. Throws `admin/unknown`, `admin/weak-password`. */
  setPassword(asker: Asker, name: string, password: string): Promise<Account> {
    return this.#inTurn(async () => {
      const row = this.#mustGet(name);
      const passwordHash = await this.#hash(password, row.name);
      const changed = { ...row, passwordHash, passwordChangedAtMs: this.#options.clock.nowMs() };
      return this.#put(asker, changed, { action: "administrator.password", subject: row.name });
    });
  }

  /** With its tokens. Throws `admin/unknown`, `admin/last-administrator`. */
  remove(asker: Asker, name: string): Promise<void> {
    return this.#inTurn(async () => {
      const row = this.#mustGet(name);
      this.#keepOne(row);
      const deed = { action: "administrator.remove", subject: row.name, before: { role: row.role } };
      await this.#options.audit.apply(asker, deed, [{ kind: "remove-account", name: row.name }]);
    });
  }

  async #put(asker: Asker, row: AccountRow, deed: Parameters<AuditTrail["apply"]>[1]): Promise<Account> {
    await this.#options.audit.apply(asker, deed, [{ kind: "put-account", row }]);
    return accountFromRow(row);
  }

  async #hash(text: string, name: string): Promise<string> {
    checkPassword(text, name);
    const password = SecretBytes.fromText(text);
    try {
      return await hashPassword(password);
    } finally {
      password.wipe();
    }
  }

  #keepOne(row: AccountRow): void {
    const others = this.list().filter((each) => each.role === "administrator" && each.name !== row.name);
    if (row.role === "administrator" && others.length === 0) throw new PosternError("admin/last-administrator");
  }

  #row(name: string): AccountRow | undefined {
    return this.#options.store.account(accountKey(name));
  }

  #mustGet(name: string): AccountRow {
    const row = this.#row(name);
    if (row === undefined) throw new PosternError("admin/unknown", accountKey(name));
    return row;
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(change);
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }
}
