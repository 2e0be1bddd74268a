// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { PosternError } from "../../../base/errors.ts";
import type { Log } from "../../../observe/log.ts";
import type { Account } from "../../accounts/account.ts";
import type { AccountRegistry } from "../../accounts/account-registry.ts";
import { role, scope } from "../../accounts/account-shapes.ts";
import { roles } from "../../accounts/roles.ts";
import type { AuditTrail } from "../../audit-trail.ts";
import { cookieName } from "../authenticate.ts";
import type { PasswordSignIn } from "../password-sign-in.ts";
import { type Answer, type Route, route } from "../route.ts";
import type { SetUp } from "../set-up.ts";
import type { SignIn, SignIns } from "../sign-ins.ts";

export interface SignInStages {
  readonly accounts: AccountRegistry;
  readonly audit: AuditTrail;
  readonly signIns: SignIns;
  readonly passwords: PasswordSignIn;
  readonly setUp: SetUp;
  readonly log: Log;
}

const who = z.object({
  name: z.string(),
  role,
  scopes: z.array(scope).readonly(),
  /** For the header `postern-csrf` of every request that changes something; `null` when called with a token. */
  csrfToken: z.string().nullable(),
});

const signIn = z.object({
  id: z.string(),
  current: z.boolean(),
  peer: z.string(),
  userAgent: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string(),
});

const ended = z.object({ ended: z.number() });

/** Signing in and out, and what people do with their own account. */
export function signInRoutes(stages: SignInStages): readonly Route[] {
  return [...waysIn(stages), ...current(stages), ...ownSignIns(stages)];
}

function waysIn(stages: SignInStages): readonly Route[] {
  const { accounts, audit, passwords, setUp, log } = stages;
  return [
    route({
      method: "POST",
      path: "/set-up",
      access: "public",
      name: "setUp",
      summary: "Make the first administrator, with the token that the gateway printed at its start, and sign in",
      body: z.strictObject({ token: z.string(), name: z.string(), password: z.string() }),
      answer: who,
      async run({ body, peer, header }) {
        const account = await setUp.complete({ actor: "set-up", origin: peer }, body);
        return enter(stages, account, { peer, userAgent: header("user-agent") });
      },
    }),
    route({
      method: "POST",
      path: "/sign-in",
      access: "public",
      name: "signIn",
      summary: "Sign in with name and password; the answer sets a cookie",
      body: z.strictObject({ name: z.string(), password: z.string() }),
      answer: who,
      async run({ body: { name, password }, peer, header }) {
        const checked = await passwords.check(name, password, peer);
        if (checked.outcome === "ok") {
          await audit.note(
            { actor: `console:${checked.account.name}`, origin: peer },
            { action: "sign-in", subject: checked.account.name },
          );
          return enter(stages, checked.account, { peer, userAgent: header("user-agent") });
        }
        log.event("admin/denied", { cause: checked.outcome, account: accounts.find(name)?.name, peer });
        throw new PosternError(checked.outcome === "denied" ? "api/denied" : "api/too-many");
      },
    }),
  ];
}

function current({ signIns }: SignInStages): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/sign-in",
      access: "caller",
      name: "whoAmI",
      summary: "Who is calling, and what they may do",
      answer: who,
      async run({ caller }) {
        const { account, scopes, signIn } = caller();
        return { body: { ...whoIs(account, signIn?.csrfToken ?? null), scopes } };
      },
    }),
    route({
      method: "DELETE",
      path: "/sign-in",
      access: "person",
      name: "signOut",
      summary: "Sign out",
      answer: ended,
      async run({ caller }) {
        const { account, signIn } = caller();
        if (signIn !== undefined) signIns.end(account.name, signIn.id);
        const cookie = `${cookieName}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`;
        return { body: { ended: 1 }, headers: { "set-cookie": cookie } };
      },
    }),
  ];
}

function ownSignIns({ accounts, signIns, passwords }: SignInStages): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/account/sign-ins",
      access: "person",
      name: "listSignIns",
      summary: "Where the caller is signed in",
      answer: z.object({ signIns: z.array(signIn).readonly() }),
      async run({ caller }) {
        const { account, signIn } = caller();
        return { body: { signIns: signIns.list(account.name).map((each) => viewOf(each, signIn?.id)) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/account/sign-ins",
      access: "person",
      name: "signOutEverywhere",
      summary: "Sign the caller out everywhere, here too",
      answer: ended,
      run: async ({ caller }) => ({ body: { ended: signIns.endAll(caller().account.name) } }),
    }),
    route({
      method: "DELETE",
      path: "/account/sign-ins/{id}",
      access: "person",
      name: "endSignIn",
      summary: "End one sign-in of the caller",
      params: z.strictObject({ id: z.string() }),
      answer: ended,
      async run({ caller, params: { id } }) {
        if (!signIns.end(caller().account.name, id)) throw new PosternError("api/not-found", id);
        return { body: { ended: 1 } };
      },
    }),
    route({
      method: "PUT",
      path: "/account/password",
      access: "person",
      name: "changeOwnPassword",
      summary: "Change the caller's password; ends all their sign-ins",
      body: z.strictObject({ oldPassword: z.string(), newPassword: z.string() }),
      answer: z.object({ name: z.string() }),
      async run({ caller, body, peer }) {
        const { account, actor } = caller();
        const checked = await passwords.check(account.name, body.oldPassword, peer);
        if (checked.outcome === "denied") throw new PosternError("api/wrong-password");
        if (checked.outcome !== "ok") throw new PosternError("api/too-many");
        const changed = await accounts.setPassword({ actor, origin: peer }, account.name, body.newPassword);
        return { body: { name: changed.name } };
      },
    }),
  ];
}

/** Opens a sign-in; its secret goes into the cookie and nowhere else. */
function enter(
  { signIns, log }: SignInStages,
  account: Account,
  { peer, userAgent }: { readonly peer: string; readonly userAgent: string | undefined },
): Answer<z.output<typeof who>> {
  const opened = signIns.open(account, { peer, userAgent: userAgent ?? "" });
  log.event("admin/signed-in", { account: account.name, peer });
  const cookie = `${cookieName}=${opened.secret}; Path=/; Secure; HttpOnly; SameSite=Strict`;
  return { body: whoIs(account, opened.signIn.csrfToken), headers: { "set-cookie": cookie } };
}

function whoIs({ name, role }: Account, csrfToken: string | null): z.output<typeof who> {
  return { name, role, scopes: roles[role], csrfToken };
}

function viewOf(
  { createdAtMs, lastUsedAtMs, id, peer, userAgent }: SignIn,
  current: string | undefined,
): z.output<typeof signIn> {
  const times = { createdAt: new Date(createdAtMs).toISOString(), lastUsedAt: new Date(lastUsedAtMs).toISOString() };
  return { id, current: id === current, peer, userAgent, ...times };
}
