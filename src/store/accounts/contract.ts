// SPDX-License-Identifier: Apache-2.0

/**
 * Who may sign in to the gateway's administration, with which tokens, and the trail of what was changed. Small, seldom
 * written, and apart from the index: mail flows whatever happens here.
 */
export interface AccountStore {
  /** All accounts, tokens and factors, from memory. What `apply` has resolved is in it. */
  accounts(): readonly AccountRow[];
  tokens(): readonly TokenRow[];
  factors(): readonly FactorRow[];
  /** One of them, by index: every request asks. */
  account(name: string): AccountRow | undefined;
  tokenOfHash(hash: string): TokenRow | undefined;
  /** Makes the changes and appends the entry, all or nothing, durable when it resolves. Throws `store/failing`. */
  apply(changes: readonly AccountChange[], entry: AuditEntry): Promise<void>;
  readAudit(query: AuditQuery): Promise<AuditPage>;
  stop(): Promise<void>;
}

export interface AccountRow {
  /** What its holder signs in with; lower case. */
  readonly name: string;
  readonly role: string;
  /** The hash of the password in PHC string format; never the password. */
  readonly passwordHash: string;
  readonly createdAtMs: number;
  readonly passwordChangedAtMs: number;
}

export interface TokenRow {
  readonly id: string;
  /** The account that it acts for; goes with it. */
  readonly account: string;
  readonly name: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Something beside the password that tells whether somebody is who they say. */
export interface FactorRow {
  readonly id: string;
  /** The account that it belongs to; goes with it. */
  readonly account: string;
  readonly kind: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
  /** What it is checked with, sealed by whoever wrote it. */
  readonly sealed: Uint8Array;
}

export type AccountChange =
  | { readonly kind: "put-account"; readonly row: AccountRow }
  | { readonly kind: "remove-account"; readonly name: string }
  | { readonly kind: "put-token"; readonly row: TokenRow }
  | { readonly kind: "remove-token"; readonly id: string }
  | { readonly kind: "put-factor"; readonly row: FactorRow }
  | { readonly kind: "remove-factor"; readonly id: string };

/** One line of the audit trail: who did what, when, from where. `before` and `after` hold nothing secret. */
export interface AuditEntry {
  readonly atMs: number;
  /** `cli:alice`, `console:alice`, `token:alice/deploy`. */
  readonly actor: string;
  /** A network address, or which local door. */
  readonly origin: string;
  readonly action: string;
  /** What was changed: a mailbox id, the name of an account, the id of a token. */
  readonly subject: string;
  /** JSON texts. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface AuditRow extends AuditEntry {
  /** From 1, without gaps. */
  readonly position: number;
  /** SHA-256 over the hash before and this row; lower-case hex. */
  readonly hash: string;
}

/** Which entries of the audit trail; all that are given must fit. */
export interface AuditQuery {
  /** `newest`: from the newest down; `oldest`: from the oldest up. */
  readonly first: "newest" | "oldest";
  readonly limit: number;
  /** Entries below, and above, a position. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** Part of it, whatever the letter case. */
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  /** How it begins. */
  readonly action?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** The end of the chain: with a copy of it elsewhere, nobody can cut the trail off unseen. */
export interface AuditHead {
  /** 0: nothing was written yet. */
  readonly position: number;
  readonly hash: string;
}

export interface AuditPage {
  readonly rows: readonly AuditRow[];
  readonly head: AuditHead;
}
