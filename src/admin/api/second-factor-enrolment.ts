// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { maxNameLength } from "../../mailbox/mailbox-texts.ts";
import type { AccountChange, FactorRow } from "../../store/accounts/contract.ts";
import { factorKinds, type SecondFactorKind } from "../accounts/factor-registry.ts";
import type { FactorContent } from "../accounts/factor-vault.ts";
import { newRecoveryCodes, recoveryCodeHash } from "../accounts/recovery-codes.ts";
import { base32, findTotpStep, totpSecretBytes, totpUri } from "../accounts/totp.ts";
import type { Asker } from "../audit-trail.ts";
import { checkCreation, type creationAnswer, creationOptions, type PasskeySite } from "./passkeys.ts";
import { type FactorStages, openFactors } from "./second-factor-sign-in.ts";
import { type Taken, Tickets } from "./tickets.ts";

/** Whose factors are changed, and in which sign-in: what one began, another cannot end. */
export interface Enroller extends Asker {
  readonly account: string;
  readonly signIn: string;
}

/** A factor that was added; `recoveryCodes` come with the first one, once. */
export interface Enrolled {
  readonly factor: FactorRow;
  readonly recoveryCodes: readonly string[] | null;
}

interface Begun {
  readonly account: string;
  readonly signIn: string;
  readonly passwordHash: string | undefined;
  readonly wanted:
    | { readonly kind: "totp"; readonly secret: Uint8Array<ArrayBuffer> }
    | { readonly kind: "passkey"; readonly site: PasskeySite; readonly challenge: string };
}

/** Adding, replacing and removing one's own factors. Whoever calls has asked for the password again. */
export class SecondFactorEnrolment {
  readonly #stages: FactorStages;
  readonly #tickets: Tickets<Begun>;

  constructor(stages: FactorStages) {
    this.#stages = stages;
    const { secondFactorMs: lifetimeMs, secondFactorsWaiting: most } = limits;
    this.#tickets = new Tickets({ lifetimeMs, most }, stages.clock);
  }

  /** Without recovery codes; oldest first. */
  list(account: string): readonly FactorRow[] {
    return this.#stages.factors.list(account).filter((row) => isSecondFactor(row.kind));
  }

  /** `null`: there are none, because there is no factor that they could stand in for. */
  recoveryCodesLeft(account: string): number | null {
    const { factors, vault } = this.#stages;
    const [codes] = openFactors(factors.list(account), vault, "recovery-codes");
    return codes?.content.hashes.length ?? null;
  }

  /** A secret for an authenticator app. It counts from the moment on when a code of it came back. */
  beginTotp(
    enroller: Enroller,
    host: string,
  ): { readonly ticket: string; readonly secret: string; readonly uri: string } {
    this.#refuseTooMany(enroller.account);
    const secret = Uint8Array.from(randomBytes(totpSecretBytes));
    const ticket = this.#begin(enroller, { kind: "totp", secret });
    return { ticket, secret: base32(secret), uri: totpUri(secret, { account: enroller.account, host }) };
  }

  /** Throws `api/ticket-ended`, `api/wrong-code`. */
  async finishTotp(
    enroller: Enroller,
    { ticket, code, name }: { readonly ticket: string; readonly code: string; readonly name: string },
  ): Promise<Enrolled> {
    const label = checkLabel(name);
    const taken = this.#take(enroller, ticket);
    const { wanted } = taken.value;
    if (wanted.kind !== "totp") throw new PosternError("api/ticket-ended");
    const lastStep = findTotpStep(wanted.secret, code, { nowMs: this.#stages.clock.nowMs(), lastStep: -1 });
    if (lastStep !== undefined) return this.#add(enroller, label, { ...wanted, lastStep });
    taken.putBack(taken.value);
    throw new PosternError("api/wrong-code");
  }

  async beginPasskey(
    enroller: Enroller,
    site: PasskeySite,
  ): Promise<{ readonly ticket: string; readonly options: Readonly<Record<string, unknown>> }> {
    this.#refuseTooMany(enroller.account);
    const { factors, vault } = this.#stages;
    const mine = openFactors(factors.list(enroller.account), vault, "passkey").map(({ content }) => content);
    const here = mine.filter((passkey) => passkey.site === site.name);
    const { options, challenge } = await creationOptions(site, enroller.account, here);
    return { ticket: this.#begin(enroller, { kind: "passkey", site, challenge }), options };
  }

  /** Throws `api/ticket-ended`, `api/wrong-code`. */
  async finishPasskey(
    enroller: Enroller,
    given: { readonly ticket: string; readonly answer: z.output<typeof creationAnswer>; readonly name: string },
  ): Promise<Enrolled> {
    const label = checkLabel(given.name);
    const { wanted } = this.#take(enroller, given.ticket).value;
    if (wanted.kind !== "passkey") throw new PosternError("api/ticket-ended");
    const passkey = await checkCreation(given.answer, wanted);
    if (passkey === undefined) throw new PosternError("api/wrong-code");
    return this.#add(enroller, label, passkey);
  }

  /** With the last factor the recovery codes go. Throws `admin/unknown`. */
  remove(asker: Asker, account: string, id: string): Promise<void> {
    const { factors } = this.#stages;
    return factors.inTurn(async () => {
      const rows = factors.list(account);
      const row = rows.find((each) => each.id === id && isSecondFactor(each.kind));
      if (row === undefined) throw new PosternError("admin/unknown", id);
      const isLast = rows.filter(({ kind }) => isSecondFactor(kind)).length === 1;
      const going = isLast ? rows : [row];
      const before = { kind: row.kind, name: row.name };
      await factors.change(
        asker,
        { action: "second-factor.remove", subject: row.account, before },
        going.map((each) => ({ kind: "remove-factor", id: each.id })),
      );
    });
  }

  /** New codes instead of all of before. Throws `admin/unknown` when there is nothing that they could stand in for. */
  renewRecoveryCodes(asker: Asker, account: string): Promise<readonly string[]> {
    const { factors } = this.#stages;
    return factors.inTurn(async () => {
      if (factors.kinds(account).length === 0) throw new PosternError("admin/unknown", "there is no second factor");
      const old = factors.list(account).filter(({ kind }) => kind === "recovery-codes");
      const { codes, change } = this.#newCodes(account);
      const gone = old.map(({ id }) => ({ kind: "remove-factor", id }) as const);
      await factors.change(asker, { action: "recovery-codes.renew", subject: account }, [...gone, change]);
      return codes;
    });
  }

  #begin({ account, signIn }: Enroller, wanted: Begun["wanted"]): string {
    const passwordHash = this.#stages.accounts.passwordHash(account);
    return this.#tickets.issue({ account, signIn, passwordHash, wanted });
  }

  #take({ account, signIn }: Enroller, ticket: string): Taken<Begun> {
    const taken = this.#tickets.take(ticket);
    const begun = taken?.value;
    const isTheirs = begun?.account === account && begun.signIn === signIn;
    if (taken === undefined || !isTheirs || begun.passwordHash !== this.#stages.accounts.passwordHash(account))
      throw new PosternError("api/ticket-ended");
    return taken;
  }

  #add(enroller: Enroller, name: string, content: FactorContent): Promise<Enrolled> {
    const { factors } = this.#stages;
    return factors.inTurn(async () => {
      this.#refuseTooMany(enroller.account);
      const factor = this.#row(enroller.account, name, content);
      const changes: AccountChange[] = [{ kind: "put-factor", row: factor }];
      let recoveryCodes: readonly string[] | null = null;
      if (!factors.list(enroller.account).some(({ kind }) => kind === "recovery-codes")) {
        const { codes, change } = this.#newCodes(enroller.account);
        recoveryCodes = codes;
        changes.push(change);
      }
      const after = { kind: content.kind, name };
      await factors.change(enroller, { action: "second-factor.add", subject: enroller.account, after }, changes);
      return { factor, recoveryCodes };
    });
  }

  #newCodes(account: string): { readonly codes: readonly string[]; readonly change: AccountChange } {
    const codes = newRecoveryCodes();
    const row = this.#row(account, "recovery codes", { kind: "recovery-codes", hashes: codes.map(recoveryCodeHash) });
    return { codes, change: { kind: "put-factor", row } };
  }

  #row(account: string, name: string, content: FactorContent): FactorRow {
    const { factors, vault, clock } = this.#stages;
    const owner = { id: factors.newId(), account };
    const sealed = vault.seal(owner, content);
    return { ...owner, kind: content.kind, name, createdAtMs: clock.nowMs(), lastUsedAtMs: null, sealed };
  }

  #refuseTooMany(account: string): void {
    if (this.list(account).length < limits.factorsPerAdministrator) return;
    throw new PosternError("admin/bad-request", `${limits.factorsPerAdministrator} second factors are the most`);
  }
}

export function isSecondFactor(kind: string): kind is SecondFactorKind {
  return factorKinds.some((each) => each === kind);
}

function checkLabel(name: string): string {
  const trimmed = name.trim();
  if (trimmed !== "" && trimmed.length <= maxNameLength && !/\p{Cc}/u.test(trimmed)) return trimmed;
  throw new PosternError("admin/bad-request", `the name of a second factor has 1 to ${maxNameLength} characters`);
}
