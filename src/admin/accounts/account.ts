// SPDX-License-Identifier: Apache-2.0
import { PosternError } from "../../base/errors.ts";
import type { AccountRow, TokenRow } from "../../store/accounts/contract.ts";
import { isRole, isScope, type Role, type Scope } from "./roles.ts";

/** Somebody who may administer the gateway. Holds nothing secret. */
export interface Account {
  readonly name: string;
  readonly role: Role;
  readonly createdAtMs: number;
  readonly passwordChangedAtMs: number;
}

/** A token of an account, without what it is recognised by. */
export interface ApiToken {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Names stand in logs, in the audit trail and in addresses of the API. */
const namePattern = /^[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?$/;

/** The name of an account as it is kept. Throws `admin/bad-request`. */
export function checkAccountName(text: string): string {
  const name = accountKey(text);
  if (namePattern.test(name)) return name;
  const rule = "1 to 64 letters a-z, digits, and inside dots, dashes, underscores and at signs";
  throw new PosternError("admin/bad-request", `the name of an administrator has ${rule}`);
}

/** People write their names in any letter case. */
export function accountKey(text: string): string {
  return text.trim().toLowerCase();
}

/** Throws `store/damaged` for a role that there is not. */
export function accountFromRow({ name, role, createdAtMs, passwordChangedAtMs }: AccountRow): Account {
  if (isRole(role)) return { name, role, createdAtMs, passwordChangedAtMs };
  throw new PosternError("store/damaged", `the role of ${name}`);
}

export function tokenFromRow({ id, account, name, scopes, createdAtMs, expiresAtMs }: TokenRow): ApiToken {
  return { id, account, name, scopes: scopes.filter(isScope), createdAtMs, expiresAtMs };
}
