// SPDX-License-Identifier: Apache-2.0

/** What a call may need. Every route of the API names one; a token is given some of those that its owner has. */
export const scopes = {
  "status:read": "see how the gateway does",
  "events:read": "follow what happens, live",
  "mailboxes:read": "see mailboxes and their counts",
  "mailboxes:write": "make, change, suspend and delete mailboxes, and give them new passwords",
  "administrators:read": "see administrators and everybody's tokens",
  "administrators:write": "make, change and remove administrators",
  "tokens:write": "revoke everybody's tokens",
  "audit:read": "read the audit trail",
  "settings:read": "see the settings and the certificate",
  "settings:write": "change the settings and the certificate",
} as const;

export type Scope = keyof typeof scopes;

export const scopeNames: readonly Scope[] = Object.keys(scopes).filter(isScope);

/** An auditor reads all and changes nothing; an operator cares for mailboxes. */
export const roles = {
  administrator: scopeNames,
  operator: ["status:read", "events:read", "mailboxes:read", "mailboxes:write"],
  auditor: ["status:read", "events:read", "mailboxes:read", "administrators:read", "audit:read", "settings:read"],
} as const satisfies Record<string, readonly Scope[]>;

export type Role = keyof typeof roles;

export const roleNames: readonly Role[] = Object.keys(roles).filter(isRole);

export function isRole(text: string): text is Role {
  return Object.hasOwn(roles, text);
}

export function isScope(text: string): text is Scope {
  return Object.hasOwn(scopes, text);
}
