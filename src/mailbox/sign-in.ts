// SPDX-License-Identifier: Apache-2.0
import type { Clock } from "../base/clock.ts";
import { hasCode } from "../base/errors.ts";
import { type MailboxId, parseMailboxId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { SecretBytes } from "../base/secret.ts";
import { type Identity, unwrapIdentity } from "../seal/identity.ts";
import type { MailboxTable } from "../store/contract.ts";
import { Decoy } from "./decoy.ts";
import { FailureThrottle } from "./failure-throttle.ts";
import { PasswordCheckQueue } from "./password-checks.ts";
import { maxWorkFactor } from "./work-factor.ts";

/**
 * What came of a sign-in. `denied` is one answer for an unknown mailbox and for a wrong password; `busy` and
 * `throttled` say nothing about the password, which was not looked at.
 */
export type SignInOutcome =
  | { readonly outcome: "ok"; readonly mailbox: MailboxId; readonly identity: Identity }
  | { readonly outcome: "denied" }
  | { readonly outcome: "busy" }
  | { readonly outcome: "throttled" };

export interface PullSignInOptions {
  readonly table: Pick<MailboxTable, "get" | "all">;
  /** Work factor (log2 N) that generated passwords are wrapped with. */
  readonly workFactor: number;
  /** Secret and lasting; see `Decoy`. */
  readonly decoyKey: Uint8Array;
  readonly clock: Clock;
  /** Wrong passwords per address before it must wait; default `limits.passwordFailuresPerAddress`. */
  readonly failuresPerAddress?: number;
  /** How long they count; default `limits.passwordFailureWindowMs`. */
  readonly failureWindowMs?: number;
}

/** Checks the passwords of those who pull. The check is the unwrapping of the identity; there is no verifier beside it. */
export class PullSignIn {
  readonly #table: Pick<MailboxTable, "get">;
  readonly #checks = new PasswordCheckQueue(limits.passwordChecksAtOnce, limits.passwordChecksWaiting);
  readonly #throttle: FailureThrottle;
  readonly #decoy: Decoy;

  constructor({ table, workFactor, decoyKey, clock, failuresPerAddress, failureWindowMs }: PullSignInOptions) {
    this.#table = table;
    this.#throttle = new FailureThrottle(
      {
        failures: failuresPerAddress ?? limits.passwordFailuresPerAddress,
        windowMs: failureWindowMs ?? limits.passwordFailureWindowMs,
        addresses: limits.passwordFailureAddresses,
      },
      clock,
    );
    this.#decoy = new Decoy({ table, workFactor, key: decoyKey });
  }

  /**
   * `user` is a mailbox id in any letter case, with or without `@domain`. `password` stays the caller's, to wipe. The
   * identity of an `ok` is secret; whoever gets it forgets it when the session ends. Throws when the stored identity
   * is damaged (`seal/damaged-header`, `seal/damaged-payload`).
   */
  async signIn(user: string, password: SecretBytes, peerAddress: string): Promise<SignInOutcome> {
    if (this.#throttle.mustWait(peerAddress)) return { outcome: "throttled" };
    const checked = await this.#checks.run(() => this.#check(user, password, peerAddress));
    return checked ?? { outcome: "busy" };
  }

  async #check(user: string, password: SecretBytes, peerAddress: string): Promise<SignInOutcome> {
    // Looked at again: while this one waited, others from the same address may have used up what it had left.
    if (this.#throttle.mustWait(peerAddress)) return { outcome: "throttled" };
    const mailbox = parseMailboxId(user.split("@", 1)[0] ?? "");
    const row = mailbox === undefined ? undefined : this.#table.get(mailbox);
    // Chosen for a known mailbox as well, so that time tells nothing.
    const decoy = await this.#decoy.fileFor(mailbox ?? user);
    try {
      const file = row?.identityFile ?? decoy;
      const identity = await unwrapIdentity(file, password, { maxLogN: maxWorkFactor });
      if (row !== undefined) return { outcome: "ok", mailbox: row.id, identity };
    } catch (error) {
      if (!hasCode(error, "seal/wrong-passphrase")) throw error;
    }
    this.#throttle.noteFailure(peerAddress);
    return { outcome: "denied" };
  }
}
