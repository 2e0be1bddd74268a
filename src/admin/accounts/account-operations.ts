// SPDX-License-Identifier: Apache-2.0
import type { z } from "zod";
import { PosternError } from "../../base/errors.ts";
import { type OperationContext, operation } from "../operation.ts";
import { type Account, type ApiToken, accountKey } from "./account.ts";
import * as shapes from "./account-shapes.ts";

export const createAdministrator = operation({
  input: shapes.newAdministrator,
  output: shapes.administrator,
  changes: true,
  run: async (context, wanted) => administratorView(context, await context.accounts.create(context, wanted)),
});

export const listAdministrators = operation({
  input: shapes.nothing,
  output: shapes.administratorList,
  run: async (context) => ({
    administrators: context.accounts.list().map((account) => administratorView(context, account)),
  }),
});

export const setAdministratorPassword = operation({
  input: shapes.administratorPassword,
  output: shapes.administrator,
  changes: true,
  run: async (context, { name, password }) =>
    administratorView(context, await context.accounts.setPassword(context, name, password)),
});

export const setAdministratorRole = operation({
  input: shapes.administratorRole,
  output: shapes.administrator,
  changes: true,
  run: async (context, { name, role }) =>
    administratorView(context, await context.accounts.setRole(context, name, role)),
});

export const removeAdministrator = operation({
  input: shapes.oneAdministrator,
  output: shapes.administratorRemoval,
  changes: true,
  async run(context, { name }) {
    await context.accounts.remove(context, name);
    return { name: accountKey(name) };
  },
});

export const resetFactors = operation({
  input: shapes.oneAdministrator,
  output: shapes.factorsReset,
  changes: true,
  run: async (context, { name }) => ({ name: accountKey(name), reset: await context.factors.reset(context, name) }),
});

export const createToken = operation({
  input: shapes.newToken,
  output: shapes.tokenWithText,
  changes: true,
  async run(context, { account, expiresAt, ...wanted }) {
    const owner = context.accounts.find(account);
    if (owner === undefined) throw new PosternError("admin/unknown", accountKey(account));
    const { token, text } = await context.tokens.create(context, owner, {
      ...wanted,
      expiresAtMs: Date.parse(expiresAt),
    });
    return { ...tokenView(token), token: text };
  },
});

export const listTokens = operation({
  input: shapes.tokenQuery,
  output: shapes.tokenList,
  async run({ tokens }, { account }) {
    const wanted = account === undefined ? undefined : accountKey(account);
    const found = tokens.list().filter((token) => wanted === undefined || token.account === wanted);
    return { tokens: found.map(tokenView) };
  },
});

/** With `account`, a token of somebody else is as unknown as one that never was. */
export const revokeToken = operation({
  input: shapes.oneToken,
  output: shapes.tokenRemoval,
  changes: true,
  async run(context, { id, account }) {
    const found = context.tokens.list().find((token) => token.id === id);
    if (account !== undefined && found?.account !== accountKey(account)) throw new PosternError("admin/unknown", id);
    await context.tokens.revoke(context, id);
    return { id };
  },
});

function administratorView(
  { factors }: Pick<OperationContext, "factors">,
  { createdAtMs, passwordChangedAtMs, ...account }: Account,
): z.output<typeof shapes.administrator> {
  const createdAt = new Date(createdAtMs).toISOString();
  const passwordChangedAt = new Date(passwordChangedAtMs).toISOString();
  return { ...account, createdAt, passwordChangedAt, secondFactors: factors.kinds(account.name) };
}

function tokenView({ createdAtMs, expiresAtMs, ...token }: ApiToken): z.output<typeof shapes.token> {
  return { ...token, createdAt: new Date(createdAtMs).toISOString(), expiresAt: new Date(expiresAtMs).toISOString() };
}
