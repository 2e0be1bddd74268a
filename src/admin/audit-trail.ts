// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Log } from "../observe/log.ts";
import type { AccountChange, AccountStore, AuditEntry, AuditPage, AuditQuery } from "../store/accounts/contract.ts";

/** Who asks for a change, and from where; for the audit trail, the ledger and the log (I8). */
export interface Asker {
  /** `cli:alice`, `console:alice`, `token:alice/deploy`. */
  readonly actor: string;
  /** The address of the caller, or `control socket`, or `command line`. */
  readonly origin: string;
}

/** What was done, to what. Whatever is in `before` and `after` is shown to every auditor: nothing secret. */
export interface Deed {
  readonly action: string;
  readonly subject: string;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

/**
 * The audit trail: append-only, chained by hashes. A deed on mail is noted after it was done, because it may have made a
 * password that nobody could be told any more; so what cannot be noted waits, and meanwhile nothing else is done.
 */
export class AuditTrail {
  readonly #store: Pick<AccountStore, "apply" | "readAudit">;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting: AuditEntry[] = [];
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(parts: {
    readonly store: Pick<AccountStore, "apply" | "readAudit">;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** To be asked before anything is changed. Throws `store/failing` while earlier deeds cannot be written. */
  ready(): Promise<void> {
    return this.#inTurn(() => this.#writeWaiting());
  }

  /** Notes what was done. Never throws: what cannot be written is an alarm and waits. */
  async note(asker: Asker, deed: Deed): Promise<void> {
    this.#waiting.push(this.#entry(asker, deed));
    try {
      await this.ready();
    } catch (error) {
      this.#log.event("audit/failing", { cause: describeError(error), action: deed.action, subject: deed.subject });
    }
  }

  /** Changes accounts and notes it in one step: both or neither. Throws `store/failing`. */
  async apply(asker: Asker, deed: Deed, changes: readonly AccountChange[]): Promise<void> {
    const entry = this.#entry(asker, deed);
    await this.#inTurn(async () => {
      await this.#writeWaiting();
      await this.#store.apply(changes, entry);
    });
    // Who signs in has an event of its own.
    if (deed.action === "sign-in") return;
    this.#log.event("admin/changed", { action: deed.action, subject: deed.subject, actor: asker.actor });
  }

  read(query: AuditQuery): Promise<AuditPage> {
    return this.#store.readAudit(query);
  }

  /** One writer at a time: two would write a waiting entry twice. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async #writeWaiting(): Promise<void> {
    for (let entry = this.#waiting[0]; entry !== undefined; entry = this.#waiting[0]) {
      await this.#store.apply([], entry);
      this.#waiting.shift();
    }
  }

  #entry({ actor, origin }: Asker, { action, subject, before, after }: Deed): AuditEntry {
    const texts = { before: jsonOrNull(before), after: jsonOrNull(after) };
    return { atMs: this.#clock.nowMs(), actor, origin, action, subject, ...texts };
  }
}

function jsonOrNull(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
