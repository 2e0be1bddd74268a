// SPDX-License-Identifier: Apache-2.0
import { hash, randomBytes } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import { limits } from "../../base/limits.ts";
import type { Account } from "../accounts/account.ts";
import type { AccountRegistry } from "../accounts/account-registry.ts";

/** Somebody who has signed in with a password, in one browser. */
export interface SignIn {
  /** Names it in lists; opens nothing. */
  readonly id: string;
  readonly account: string;
  /** What every changing request must carry beside the cookie. */
  readonly csrfToken: string;
  readonly peer: string;
  readonly userAgent: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
}

interface OpenSignIn extends SignIn {
  readonly passwordHash: string;
}

const secretBytes = 32;
const idBytes = 8;
const userAgentCharacters = 200;

/**
 * Who is signed in. Kept in memory alone, by the hash of what the cookie holds: neither a thief of the disk nor a dump of a
 * list can be somebody else, and a restart ends all.
 */
export class SignIns {
  readonly #accounts: Pick<AccountRegistry, "find" | "passwordHash">;
  readonly #clock: Clock;
  readonly #open = new Map<string, OpenSignIn>();

  constructor(accounts: Pick<AccountRegistry, "find" | "passwordHash">, clock: Clock) {
    this.#accounts = accounts;
    this.#clock = clock;
  }

  /** `secret` belongs into the cookie and nowhere else. The oldest of an account ends when it has too many. */
  open(
    account: Account,
    from: { readonly peer: string; readonly userAgent: string },
  ): { readonly signIn: SignIn; readonly secret: string } {
    const mine = this.list(account.name);
    if (mine.length >= limits.signInsPerAdministrator && mine[0] !== undefined) this.end(account.name, mine[0].id);
    const nowMs = this.#clock.nowMs();
    const secret = randomBytes(secretBytes).toString("base64url");
    const signIn: OpenSignIn = {
      id: `sgn-${randomBytes(idBytes).toString("hex")}`,
      account: account.name,
      csrfToken: randomBytes(secretBytes).toString("base64url"),
      peer: from.peer,
      userAgent: from.userAgent.replaceAll(/\p{Cc}/gu, "").slice(0, userAgentCharacters),
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
      passwordHash: this.#accounts.passwordHash(account.name) ?? "",
    };
    this.#open.set(digest(secret), signIn);
    return { signIn, secret };
  }

  /** The sign-in of a cookie, and that it was used now; `undefined` when there is none, or none any more. */
  use(secret: string): SignIn | undefined {
    const key = digest(secret);
    const signIn = this.#valid(key);
    if (signIn === undefined) return undefined;
    const used = { ...signIn, lastUsedAtMs: this.#clock.nowMs() };
    this.#open.set(key, used);
    return used;
  }

  /** Whether it still is one, without counting as use; for streams that go on and on. */
  isOpen(id: string): boolean {
    for (const key of this.#open.keys()) if (this.#valid(key)?.id === id) return true;
    return false;
  }

  /** Those of an account, oldest first. */
  list(account: string): readonly SignIn[] {
    const valid = [...this.#open.keys()].flatMap((key) => this.#valid(key) ?? []);
    return valid.filter((signIn) => signIn.account === account);
  }

  /** Ends one of an account; tells whether there was one. */
  end(account: string, id: string): boolean {
    for (const [key, signIn] of this.#open)
      if (signIn.account === account && signIn.id === id) return this.#open.delete(key);
    return false;
  }

  /** Ends all of an account but one. */
  endOthers(account: string, kept: string): void {
    for (const { id } of this.list(account)) if (id !== kept) this.end(account, id);
  }

  /** Ends all of an account; tells how many. */
  endAll(account: string): number {
    const mine = this.list(account);
    for (const { id } of mine) this.end(account, id);
    return mine.length;
  }

  /** Ends with its time, with its account, and with the password that it was opened with. */
  #valid(key: string): OpenSignIn | undefined {
    const signIn = this.#open.get(key);
    if (signIn === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    const inTime = nowMs - signIn.lastUsedAtMs < limits.signInIdleMs && nowMs - signIn.createdAtMs < limits.signInMs;
    if (inTime && this.#accounts.passwordHash(signIn.account) === signIn.passwordHash) return signIn;
    this.#open.delete(key);
    return undefined;
  }
}

function digest(secret: string): string {
  return hash("sha256", secret, "hex");
}
