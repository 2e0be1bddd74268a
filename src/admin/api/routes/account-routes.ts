// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { PosternError } from "../../../base/errors.ts";
import { accountKey } from "../../accounts/account.ts";
import * as shapes from "../../accounts/account-shapes.ts";
import { type Caller, type Route, route } from "../route.ts";

const oneAdministrator = z.strictObject({ name: z.string() });
const oneToken = z.strictObject({ id: z.string() });

/** Administrators, and the tokens that programs call with. */
export function accountRoutes(): readonly Route[] {
  return [...administrators(), ...othersKeys(), ...tokens(), ...ownTokens()];
}

function administrators(): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/administrators",
      access: "administrators:read",
      name: "listAdministrators",
      summary: "Who may administer the gateway",
      answer: shapes.administratorList,
      run: async ({ run }) => ({ body: await run("admin.list", {}) }),
    }),
    route({
      method: "POST",
      path: "/administrators",
      access: "administrators:write",
      name: "createAdministrator",
      summary: "Let somebody administer the gateway",
      body: shapes.newAdministrator,
      status: 201,
      answer: shapes.administrator,
      run: async ({ run, body }) => ({ body: await run("admin.create", body) }),
    }),
    route({
      method: "PUT",
      path: "/administrators/{name}/role",
      access: "administrators:write",
      name: "setAdministratorRole",
      summary: "Give an administrator another role",
      params: oneAdministrator,
      body: z.strictObject({ role: shapes.role }),
      answer: shapes.administrator,
      run: async ({ run, params, body }) => ({ body: await run("admin.role", { ...params, ...body }) }),
    }),
  ];
}

/** Other people's keys to the console: for who is locked out, or should be. */
function othersKeys(): readonly Route[] {
  return [
    route({
      method: "PUT",
      path: "/administrators/{name}/password",
      access: "administrators:write",
      name: "setAdministratorPassword",
      summary: "Give an administrator who is locked out a new password; ends all their sign-ins",
      params: oneAdministrator,
      body: z.strictObject({ password: z.string() }),
      answer: shapes.administrator,
      async run({ run, params, body, caller }) {
        refuseOneself(caller(), params.name);
        return { body: await run("admin.password", { ...params, ...body }) };
      },
    }),
    route({
      method: "DELETE",
      path: "/administrators/{name}/second-factors",
      access: "administrators:write",
      name: "resetSecondFactors",
      summary:
        "Take all second factors from an administrator who has lost them; one's own, with the password, are elsewhere",
      params: oneAdministrator,
      answer: shapes.factorsReset,
      async run({ run, params, caller }) {
        refuseOneself(caller(), params.name);
        return { body: await run("admin.reset-factors", params) };
      },
    }),
    route({
      method: "DELETE",
      path: "/administrators/{name}",
      access: "administrators:write",
      name: "removeAdministrator",
      summary: "Remove an administrator, with sign-ins and tokens",
      params: oneAdministrator,
      answer: shapes.administratorRemoval,
      run: async ({ run, params }) => ({ body: await run("admin.remove", params) }),
    }),
  ];
}

/** For oneself there is a way that asks for the password; an unwatched screen must not open another one. */
function refuseOneself({ account, signIn }: Caller, name: string): void {
  if (signIn === undefined || account.name !== accountKey(name)) return;
  throw new PosternError("api/forbidden", "this is for others; for yourself it stands under your account");
}

function tokens(): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/tokens",
      access: "administrators:read",
      name: "listTokens",
      summary: "Everybody's tokens, without their texts",
      answer: shapes.tokenList,
      run: async ({ run }) => ({ body: await run("token.list", {}) }),
    }),
    route({
      method: "DELETE",
      path: "/tokens/{id}",
      access: "tokens:write",
      name: "revokeToken",
      summary: "Revoke anybody's token",
      params: oneToken,
      answer: shapes.tokenRemoval,
      run: async ({ run, params }) => ({ body: await run("token.revoke", params) }),
    }),
  ];
}

/** For people alone: a token that could make tokens would outlive its own end. */
function ownTokens(): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/account/tokens",
      access: "person",
      name: "listOwnTokens",
      summary: "The caller's tokens, without their texts",
      answer: shapes.tokenList,
      run: async ({ run, caller }) => ({ body: await run("token.list", { account: caller().account.name }) }),
    }),
    route({
      method: "POST",
      path: "/account/tokens",
      access: "person",
      name: "createToken",
      summary: "Make a token with some of the caller's scopes; the answer has its text, once",
      body: shapes.newToken.omit({ account: true }),
      status: 201,
      answer: shapes.tokenWithText,
      async run({ run, caller, body }) {
        const { account, mustAddFactor } = caller();
        // It would be a way around.
        if (mustAddFactor) throw new PosternError("api/second-factor-needed");
        return { body: await run("token.create", { ...body, account: account.name }) };
      },
    }),
    route({
      method: "DELETE",
      path: "/account/tokens/{id}",
      access: "person",
      name: "revokeOwnToken",
      summary: "Revoke a token of the caller",
      params: oneToken,
      answer: shapes.tokenRemoval,
      run: async ({ run, caller, params }) => ({
        body: await run("token.revoke", { ...params, account: caller().account.name }),
      }),
    }),
  ];
}
