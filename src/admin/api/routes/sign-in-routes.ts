// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { hasCode, PosternError } from "../../../base/errors.ts";
import { cookieName } from "../authenticate.ts";
import { requestAnswer } from "../passkeys.ts";
import { type Route, route } from "../route.ts";
import { type Proof, proofKinds } from "../second-factor-sign-in.ts";
import type { SignIn } from "../sign-ins.ts";
import { enter, type SignInStages, who, whoIs } from "./entering.ts";

const signIn = z.object({
  id: z.string(),
  current: z.boolean(),
  peer: z.string(),
  userAgent: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string(),
});

/** The password was right; `passkeyOptions` are for navigator.credentials.get. The ticket lasts five minutes. */
const wantedProof = z.object({
  secondFactors: z.array(z.enum(proofKinds)).readonly(),
  ticket: z.string(),
  passkeyOptions: z.record(z.string(), z.unknown()).optional(),
});

/** One of the three. */
const proof = z.strictObject({
  ticket: z.string(),
  totp: z.string().max(20).optional(),
  recoveryCode: z.string().max(60).optional(),
  passkey: requestAnswer.optional(),
});

const ended = z.object({ ended: z.number() });

/** Signing in and out, and what people do with their own account. */
export function signInRoutes(stages: SignInStages): readonly Route[] {
  return [...waysIn(stages), ...current(stages), ...ownSignIns(stages)];
}

function waysIn(stages: SignInStages): readonly Route[] {
  const { accounts, audit, passwords, secondFactors, siteOf, setUp, log } = stages;
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
        if (passwords.mustWait(peer)) throw new PosternError("api/too-many");
        try {
          const account = await setUp.complete({ actor: "set-up", origin: peer }, body);
          return enter(stages, account, { peer, userAgent: header("user-agent") });
        } catch (error) {
          if (hasCode(error, "api/denied")) passwords.noteFailure(peer);
          throw error;
        }
      },
    }),
    route({
      method: "POST",
      path: "/sign-in",
      access: "public",
      name: "signIn",
      summary: "Sign in with name and password; the answer sets a cookie, or says which second factor is wanted",
      body: z.strictObject({ name: z.string(), password: z.string() }),
      answer: z.union([who, wantedProof]),
      async run({ body: { name, password }, peer, header }) {
        const checked = await passwords.check(name, password, peer);
        if (checked.outcome !== "ok") {
          log.event("admin/denied", { cause: checked.outcome, account: accounts.find(name)?.name, peer });
          throw new PosternError(checked.outcome === "denied" ? "api/denied" : "api/too-many");
        }
        const { account } = checked;
        const wanted = await secondFactors.begin(account, siteOf(header("host")));
        if (wanted !== undefined) return { body: wanted };
        await audit.note(
          { actor: `console:${account.name}`, origin: peer },
          { action: "sign-in", subject: account.name },
        );
        return enter(stages, account, { peer, userAgent: header("user-agent") });
      },
    }),
    secondStep(stages),
  ];
}

/** Failures count as wrong passwords do, and more of them against the account: its password is known to whoever is here. */
function secondStep(stages: SignInStages): Route {
  const { passwords, secondFactors, log } = stages;
  return route({
    method: "POST",
    path: "/sign-in/second-factor",
    access: "public",
    name: "finishSignIn",
    summary: "The second half of a sign-in: a code of the app, a passkey or a recovery code; the answer sets a cookie",
    body: proof,
    answer: who,
    async run({ body, peer, header }) {
      if (passwords.mustWait(peer)) throw new PosternError("api/too-many");
      try {
        const account = await secondFactors.finish(body.ticket, proofOf(body), peer);
        return enter(stages, account, { peer, userAgent: header("user-agent") });
      } catch (error) {
        if (hasCode(error, "api/denied")) {
          passwords.noteFailure(peer);
          log.event("admin/denied", { cause: "second-factor", peer });
        }
        throw error;
      }
    },
  });
}

function proofOf({ totp, recoveryCode, passkey }: z.output<typeof proof>): Proof {
  if (totp !== undefined) return { kind: "totp", code: totp };
  if (recoveryCode !== undefined) return { kind: "recovery-code", code: recoveryCode };
  if (passkey !== undefined) return { kind: "passkey", answer: passkey };
  throw new PosternError("admin/bad-request", "body: one of totp, recoveryCode and passkey is wanted");
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
        const { account, scopes, signIn, mustAddFactor } = caller();
        return { body: { ...whoIs(account, signIn?.csrfToken ?? null, mustAddFactor), scopes } };
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
        await passwords.confirm(account, body.oldPassword, peer);
        const changed = await accounts.setPassword({ actor, origin: peer }, account.name, body.newPassword);
        return { body: { name: changed.name } };
      },
    }),
  ];
}

function viewOf(
  { createdAtMs, lastUsedAtMs, id, peer, userAgent }: SignIn,
  current: string | undefined,
): z.output<typeof signIn> {
  const times = { createdAt: new Date(createdAtMs).toISOString(), lastUsedAt: new Date(lastUsedAtMs).toISOString() };
  return { id, current: id === current, peer, userAgent, ...times };
}
