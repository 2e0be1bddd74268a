// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../../base/clock.ts";
import { PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { SecretBytes } from "../../base/secret.ts";
import { FailureThrottle } from "../../mailbox/failure-throttle.ts";
import { PasswordCheckQueue } from "../../mailbox/password-checks.ts";
import type { Account } from "../accounts/account.ts";
import type { AccountRegistry } from "../accounts/account-registry.ts";
import { decoyHash, verifyPassword } from "../accounts/password-hash.ts";

/** `denied` is one answer for an unknown name and a wrong password; of the others the password was not looked at. */
export type PasswordOutcome =
  | { readonly outcome: "ok"; readonly account: Account }
  | { readonly outcome: "denied" | "busy" | "throttled" };

export interface PasswordSignInOptions {
  readonly accounts: Pick<AccountRegistry, "find" | "passwordHash">;
  readonly clock: Clock;
  readonly failuresPerAddress: number;
  readonly failureWindowMs: number;
}

/** Checks passwords of administrators: few at once, off the network thread, and slower for whoever guesses. */
export class PasswordSignIn {
  readonly #accounts: Pick<AccountRegistry, "find" | "passwordHash">;
  readonly #checks = new PasswordCheckQueue(limits.administratorChecksAtOnce, limits.administratorChecksWaiting);
  readonly #throttle: FailureThrottle;
  readonly #decoy = decoyHash();

  constructor({ accounts, clock, failuresPerAddress, failureWindowMs }: PasswordSignInOptions) {
    this.#accounts = accounts;
    const addresses = limits.passwordFailureAddresses;
    this.#throttle = new FailureThrottle({ failures: failuresPerAddress, windowMs: failureWindowMs, addresses }, clock);
  }

  /** Whether this address has failed too often, with whatever. */
  mustWait(peer: string): boolean {
    return this.#throttle.mustWait(peer);
  }

  /** Counts what failed beside a password: a second factor, the token of the first start. */
  noteFailure(peer: string): void {
    this.#throttle.noteFailure(peer);
  }

  /** For somebody who has signed in already. Throws `api/wrong-password`, `api/too-many`. */
  async confirm(account: Account, password: string, peer: string): Promise<void> {
    const { outcome } = await this.check(account.name, password, peer);
    if (outcome === "denied") throw new PosternError("api/wrong-password");
    if (outcome !== "ok") throw new PosternError("api/too-many");
  }

  async check(name: string, password: string, peer: string): Promise<PasswordOutcome> {
    if (this.#throttle.mustWait(peer)) return { outcome: "throttled" };
    return (await this.#checks.run(() => this.#check(name, password, peer))) ?? { outcome: "busy" };
  }

  async #check(name: string, text: string, peer: string): Promise<PasswordOutcome> {
    // Looked at again: while this one waited, others from the same address may have used up what it had left.
    if (this.#throttle.mustWait(peer)) return { outcome: "throttled" };
    const account = this.#accounts.find(name);
    const encoded = this.#accounts.passwordHash(name);
    const password = SecretBytes.fromText(text);
    try {
      // An unknown name costs what a known one costs, so that time does not tell them apart.
      const fits = await verifyPassword(password, encoded ?? this.#decoy);
      if (fits && account !== undefined) return { outcome: "ok", account };
    } finally {
      password.wipe();
    }
    this.#throttle.noteFailure(peer);
    return { outcome: "denied" };
  }
}
