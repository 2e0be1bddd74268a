// SPDX-License-Identifier: Apache-2.0
import type { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { FailureThrottle } from "../../mailbox/failure-throttle.ts";
import type { FactorRow } from "../../store/accounts/contract.ts";
import type { Account } from "../accounts/account.ts";
import type { AccountRegistry } from "../accounts/account-registry.ts";
import type { FactorRegistry } from "../accounts/factor-registry.ts";
import type { ContentOf, FactorContent, FactorKind, FactorVault } from "../accounts/factor-vault.ts";
import { recoveryCodeHash } from "../accounts/recovery-codes.ts";
import { findTotpStep } from "../accounts/totp.ts";
import { checkRequest, type PasskeySite, type requestAnswer, requestOptions } from "./passkeys.ts";
import { Tickets } from "./tickets.ts";

export const proofKinds = ["totp", "passkey", "recovery-code"] as const;
export type ProofKind = (typeof proofKinds)[number];

/** What somebody shows beside the password. */
export type Proof =
  | { readonly kind: "totp" | "recovery-code"; readonly code: string }
  | { readonly kind: "passkey"; readonly answer: z.output<typeof requestAnswer> };

/** What a sign-in with the right password still wants. */
export interface WantedProof {
  readonly secondFactors: readonly ProofKind[];
  readonly ticket: string;
  readonly passkeyOptions?: Readonly<Record<string, unknown>>;
}

export interface FactorStages {
  readonly accounts: Pick<AccountRegistry, "find" | "passwordHash">;
  readonly factors: FactorRegistry;
  readonly vault: FactorVault;
  readonly clock: Clock;
}

interface HalfSignIn {
  readonly account: string;
  readonly passwordHash: string | undefined;
  readonly passkey: { readonly site: PasskeySite; readonly challenge: string } | undefined;
  readonly tries: number;
}

/** The second half of a sign-in, for accounts that have a second factor. */
export class SecondFactorSignIn {
  readonly #stages: FactorStages;
  readonly #tickets: Tickets<HalfSignIn>;
  /** By account: whoever has the password may come from many addresses, and six digits are few. */
  readonly #guesses: FailureThrottle;

  constructor(stages: FactorStages) {
    this.#stages = stages;
    const { secondFactorMs: lifetimeMs, secondFactorsWaiting: most } = limits;
    this.#tickets = new Tickets({ lifetimeMs, most }, stages.clock);
    this.#guesses = new FailureThrottle(
      { failures: limits.totpFailures, windowMs: limits.totpFailureWindowMs, addresses: limits.administrators },
      stages.clock,
    );
  }

  /** What is wanted of somebody whose password was right; `undefined`: nothing more. */
  async begin(account: Account, site: PasskeySite | undefined): Promise<WantedProof | undefined> {
    const { factors, accounts } = this.#stages;
    if (factors.kinds(account.name).length === 0) return undefined;
    const passkeys = this.#opened(account.name, "passkey").filter(({ content }) => content.site === site?.name);
    const asked =
      site === undefined || passkeys.length === 0
        ? undefined
        : await requestOptions(
            site,
            passkeys.map(({ content }) => content),
          );
    const codesLeft = this.#opened(account.name, "recovery-codes").some(({ content }) => content.hashes.length > 0);
    const ticket = this.#tickets.issue({
      account: account.name,
      passwordHash: accounts.passwordHash(account.name),
      passkey: site === undefined || asked === undefined ? undefined : { site, challenge: asked.challenge },
      tries: 0,
    });
    const secondFactors: ProofKind[] = factors.kinds(account.name).filter((kind) => kind !== "passkey");
    if (asked !== undefined) secondFactors.push("passkey");
    if (codesLeft) secondFactors.push("recovery-code");
    return { secondFactors, ticket, ...(asked === undefined ? {} : { passkeyOptions: asked.options }) };
  }

  /**
   * Whose sign-in is complete. Throws `api/ticket-ended` when it must begin anew, `api/denied` for what proves nothing,
   * `api/too-many`, and `store/failing` when it cannot be kept that a code was used.
   */
  async finish(ticket: string, proof: Proof, peer: string): Promise<Account> {
    // Taken before it is looked at: of two at once, one is too late.
    const taken = this.#tickets.take(ticket);
    const half = taken?.value;
    const account = half === undefined ? undefined : this.#stages.accounts.find(half.account);
    if (taken === undefined || half === undefined || account === undefined) throw new PosternError("api/ticket-ended");
    if (this.#stages.accounts.passwordHash(account.name) !== half.passwordHash)
      throw new PosternError("api/ticket-ended");
    if (proof.kind === "totp" && this.#guesses.mustWait(account.name)) {
      taken.putBack(half);
      throw new PosternError("api/too-many");
    }
    const proven = await this.#stages.factors.inTurn(() => this.#prove(half, proof, peer));
    if (proven) return account;
    if (proof.kind === "totp") this.#guesses.noteFailure(account.name);
    const tries = half.tries + 1;
    if (tries < limits.secondFactorTries) taken.putBack({ ...half, tries });
    throw new PosternError("api/denied");
  }

  async #prove(half: HalfSignIn, proof: Proof, peer: string): Promise<boolean> {
    const used = await this.#used(half, proof);
    if (used === undefined) return false;
    const { vault, factors, clock } = this.#stages;
    const { row, content } = used;
    const after = {
      secondFactor: proof.kind,
      ...(content.kind === "recovery-codes" ? { codesLeft: content.hashes.length } : {}),
    };
    const kept = { ...row, lastUsedAtMs: clock.nowMs(), sealed: vault.seal(row, content) };
    // One step with its entry: what was used once is used, whatever happens next.
    await factors.change(
      { actor: `console:${half.account}`, origin: peer },
      { action: "sign-in", subject: half.account, after },
      [{ kind: "put-factor", row: kept }],
    );
    return true;
  }

  /** The factor that a proof is of, as it is after its use. */
  async #used(half: HalfSignIn, proof: Proof): Promise<Opened<FactorContent> | undefined> {
    switch (proof.kind) {
      case "totp":
        for (const { row, content } of this.#opened(half.account, "totp")) {
          const { lastStep, secret } = content;
          const step = findTotpStep(secret, proof.code, { nowMs: this.#stages.clock.nowMs(), lastStep });
          if (step !== undefined) return { row, content: { ...content, lastStep: step } };
        }
        return undefined;
      case "recovery-code":
        for (const { row, content } of this.#opened(half.account, "recovery-codes")) {
          const wanted = recoveryCodeHash(proof.code);
          const hashes = content.hashes.filter((each) => each !== wanted);
          if (hashes.length < content.hashes.length) return { row, content: { ...content, hashes } };
        }
        return undefined;
      case "passkey":
        return this.#usedPasskey(half, proof.answer);
      default:
        return proof satisfies never;
    }
  }

  async #usedPasskey(
    { account, passkey }: HalfSignIn,
    answer: z.output<typeof requestAnswer>,
  ): Promise<Opened<FactorContent> | undefined> {
    if (passkey === undefined) return undefined;
    const mine = this.#opened(account, "passkey").find(
      ({ content }) => content.credentialId === answer.id && content.site === passkey.site.name,
    );
    const content = mine === undefined ? undefined : await checkRequest(answer, mine.content, passkey);
    return mine === undefined || content === undefined ? undefined : { row: mine.row, content };
  }

  #opened<K extends FactorKind>(account: string, kind: K): readonly Opened<ContentOf<K>>[] {
    const { factors, vault } = this.#stages;
    return openFactors(factors.list(account), vault, kind);
  }
}

export interface Opened<C> {
  readonly row: FactorRow;
  readonly content: C;
}

/** Those of one kind. Throws `admin/factor-unreadable`. */
export function openFactors<K extends FactorKind>(
  rows: readonly FactorRow[],
  vault: FactorVault,
  kind: K,
): readonly Opened<ContentOf<K>>[] {
  return rows.flatMap((row) => {
    if (row.kind !== kind) return [];
    const content = vault.open(row);
    return isOf(content, kind) ? [{ row, content }] : [];
  });
}

function isOf<K extends FactorKind>(content: FactorContent, kind: K): content is ContentOf<K> {
  return content.kind === kind;
}
