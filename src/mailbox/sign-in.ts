// SPDX-License-Identifier: Apache-2.0
import { hasCode } from "../base/errors.ts";
import { type MailboxId, parseMailboxId } from "../base/ids.ts";
import type { SecretBytes } from "../base/secret.ts";
import { type Identity, unwrapIdentity } from "../seal/identity.ts";
import type { MailboxTable } from "../store/contract.ts";
import { Decoy } from "./decoy.ts";
import type { SignInGate } from "./sign-in-gate.ts";
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
  readonly gate: SignInGate;
}

/** Checks the passwords of those who pull. The check is the unwrapping of the identity; there is no verifier beside it. */
export class PullSignIn {
  readonly #table: Pick<MailboxTable, "get">;
  readonly #gate: SignInGate;
  readonly #decoy: Decoy;

  constructor({ table, workFactor, decoyKey, gate }: PullSignInOptions) {
    this.#table = table;
    this.#gate = gate;
    this.#decoy = new Decoy({ table, workFactor, key: decoyKey });
  }

  /**
   * `user` is a mailbox id in any letter case, with or without `@domain`. `password` stays the caller's, to wipe. The
   * identity of an `ok` is secret; whoever gets it forgets it when the session ends. Throws when the stored identity
   * is damaged (`seal/damaged-header`, `seal/damaged-payload`).
   */
  async signIn(user: string, password: SecretBytes, peerAddress: string): Promise<SignInOutcome> {
    const permit = await this.#gate.enter(peerAddress);
    if (typeof permit === "string") return { outcome: permit };
    let denied = false;
    try {
      const checked = await this.#check(user, password);
      denied = checked.outcome === "denied";
      return checked;
    } finally {
      permit.end(denied ? "denied" : "other");
    }
  }

  async #check(user: string, password: SecretBytes): Promise<SignInOutcome> {
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
    return { outcome: "denied" };
  }
}
