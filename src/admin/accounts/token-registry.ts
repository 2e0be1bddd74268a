// SPDX-License-Identifier: Apache-2.0
import { hash, randomBytes } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import { PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { maxNameLength } from "../../mailbox/mailbox-texts.ts";
import type { AccountStore } from "../../store/accounts/contract.ts";
import type { Asker, AuditTrail } from "../audit-trail.ts";
import { type Account, type ApiToken, tokenFromRow } from "./account.ts";
import { roles, type Scope } from "./roles.ts";

/** A prefix that programs which look for leaked secrets can know. */
const tokenPrefix = "postern_";
const tokenBytes = 32;
const idBytes = 8;

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAtMs: number;
}

/** A token with its text, which is in nobody's hands but the caller's: show it once. */
export interface TokenWithText {
  readonly token: ApiToken;
  readonly text: string;
}

/** The tokens that programs call the API with. Kept as hashes: 256 random bits need no slow one. */
export class TokenRegistry {
  readonly #store: AccountStore;
  readonly #audit: AuditTrail;
  readonly #clock: Clock;

  constructor(parts: { readonly store: AccountStore; readonly audit: AuditTrail; readonly clock: Clock }) {
    this.#store = parts.store;
    this.#audit = parts.audit;
    this.#clock = parts.clock;
  }

  /** Oldest first, those that have expired too. */
  list(): readonly ApiToken[] {
    return this.#store.tokens().map(tokenFromRow);
  }

  /** The token with this text; `undefined` when there is none, or it has expired. */
  find(text: string): ApiToken | undefined {
    const row = this.#store.tokenOfHash(digest(text));
    return row === undefined || row.expiresAtMs <= this.#clock.nowMs() ? undefined : tokenFromRow(row);
  }

  /** Throws `admin/bad-request` for a scope that its owner has not, a time that is over, and too many. */
  async create(asker: Asker, owner: Account, wanted: NewToken): Promise<TokenWithText> {
    const nowMs = this.#clock.nowMs();
    const name = this.#check(owner, wanted, nowMs);
    const text = `${tokenPrefix}${randomBytes(tokenBytes).toString("base64url")}`;
    const row = {
      id: `tok-${randomBytes(idBytes).toString("hex")}`,
      account: owner.name,
      name,
      hash: digest(text),
      scopes: [...new Set(wanted.scopes)],
      createdAtMs: nowMs,
      expiresAtMs: wanted.expiresAtMs,
    };
    const { id: subject, scopes } = row;
    const expiresAt = new Date(row.expiresAtMs).toISOString();
    const after = { account: owner.name, name, scopes, expiresAt };
    await this.#audit.apply(asker, { action: "token.create", subject, after }, [{ kind: "put-token", row }]);
    return { token: tokenFromRow(row), text };
  }

  /** Throws `admin/unknown`. */
  async revoke(asker: Asker, id: string): Promise<void> {
    const row = this.#store.tokens().find((each) => each.id === id);
    if (row === undefined) throw new PosternError("admin/unknown", id);
    const before = { account: row.account, name: row.name, scopes: row.scopes };
    await this.#audit.apply(asker, { action: "token.revoke", subject: id, before }, [{ kind: "remove-token", id }]);
  }

  #check(owner: Account, { name, scopes, expiresAtMs }: NewToken, nowMs: number): string {
    const trimmed = name.trim();
    if (trimmed === "" || trimmed.length > maxNameLength || /\p{Cc}/u.test(trimmed)) {
      throw new PosternError("admin/bad-request", `the name of a token has 1 to ${maxNameLength} characters`);
    }
    const allowed: readonly Scope[] = roles[owner.role];
    const beyond = scopes.find((scope) => !allowed.includes(scope));
    if (beyond !== undefined) throw new PosternError("admin/bad-request", `the role ${owner.role} has no ${beyond}`);
    if (scopes.length === 0) throw new PosternError("admin/bad-request", "a token without scopes can do nothing");
    if (!(expiresAtMs > nowMs && expiresAtMs <= nowMs + limits.tokenLifetimeMs)) {
      throw new PosternError("admin/bad-request", "a token expires in the future, within two years");
    }
    if (this.list().filter((each) => each.account === owner.name).length >= limits.tokensPerAdministrator) {
      throw new PosternError("admin/bad-request", `${limits.tokensPerAdministrator} tokens are the most`);
    }
    return trimmed;
  }
}

function digest(text: string): string {
  return hash("sha256", text, "hex");
}
