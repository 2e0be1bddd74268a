// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { PosternError } from "../../base/errors.ts";
import type { AccountChange, AccountStore, FactorRow } from "../../store/accounts/contract.ts";
import type { Asker, AuditTrail, Deed } from "../audit-trail.ts";
import { accountKey } from "./account.ts";

/** What somebody may have beside the password. Recovery codes are none of it: they stand in for one that is gone. */
export const factorKinds = ["totp", "passkey"] as const;
export type SecondFactorKind = (typeof factorKinds)[number];

const idBytes = 8;

/**
 * The second factors of all accounts, sealed as they are kept. Reading is synchronous; changes of one account are made one
 * after the other by `inTurn`, so that a code that comes twice at once is taken once.
 */
export class FactorRegistry {
  readonly #store: AccountStore;
  readonly #audit: AuditTrail;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(parts: { readonly store: AccountStore; readonly audit: AuditTrail }) {
    this.#store = parts.store;
    this.#audit = parts.audit;
  }

  /** Those of an account, recovery codes too; oldest first. */
  list(account: string): readonly FactorRow[] {
    const key = accountKey(account);
    return this.#store.factors().filter((row) => row.account === key);
  }

  /** Which kinds an account has; none: the password is enough. */
  kinds(account: string): readonly SecondFactorKind[] {
    const rows = this.list(account);
    return factorKinds.filter((kind) => rows.some((row) => row.kind === kind));
  }

  newId(): string {
    return `fac-${randomBytes(idBytes).toString("hex")}`;
  }

  /** Throws `store/failing`. */
  change(asker: Asker, deed: Deed, changes: readonly AccountChange[]): Promise<void> {
    return this.#audit.apply(asker, deed, changes);
  }

  /** Takes all factors from somebody who has lost them. Throws `admin/unknown`. */
  reset(asker: Asker, name: string): Promise<readonly SecondFactorKind[]> {
    return this.inTurn(async () => {
      const subject = accountKey(name);
      if (this.#store.account(subject) === undefined) throw new PosternError("admin/unknown", subject);
      const kinds = this.kinds(subject);
      const changes = this.list(subject).map(({ id }) => ({ kind: "remove-factor", id }) as const);
      if (changes.length > 0) {
        await this.change(asker, { action: "second-factors.reset", subject, before: { kinds } }, changes);
      }
      return kinds;
    });
  }

  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(change);
    this.#lastChange = turn.catch(() => undefined);
    return turn;
  }
}
