// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { PosternError } from "../../../base/errors.ts";
import type { FactorRow } from "../../../store/accounts/contract.ts";
import { factorKinds } from "../../accounts/factor-registry.ts";
import { creationAnswer, type PasskeySite } from "../passkeys.ts";
import { type Call, type Route, route } from "../route.ts";
import { type Enrolled, type Enroller, isSecondFactor } from "../second-factor-enrolment.ts";
import type { SignInStages } from "./entering.ts";

const factor = z.object({
  id: z.string(),
  kind: z.enum(factorKinds),
  name: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
});

/** `recoveryCodes` come with the first factor, once; `null` with others. */
const added = z.object({ factor, recoveryCodes: z.array(z.string()).readonly().nullable() });

const password = z.strictObject({ password: z.string() });
const options = z.record(z.string(), z.unknown());

type AnyCall = Pick<Call<unknown, unknown, unknown>, "caller" | "peer" | "header">;

/** One's own second factors. Whatever changes them wants the password again: an unwatched screen must not do. */
export function secondFactorRoutes(stages: SignInStages): readonly Route[] {
  return [...list(stages), ...totp(stages), ...passkeys(stages), ...changes(stages)];
}

function list({ enrolment, siteOf }: SignInStages): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/account/second-factors",
      access: "person",
      name: "listSecondFactors",
      summary: "The caller's second factors, how many recovery codes are left, and whether passkeys can be used here",
      answer: z.object({
        factors: z.array(factor).readonly(),
        recoveryCodesLeft: z.number().nullable(),
        passkeysHere: z.boolean(),
      }),
      async run({ caller, header }) {
        const { name } = caller().account;
        const factors = enrolment.list(name).flatMap(viewOf);
        const passkeysHere = siteOf(header("host")) !== undefined;
        return { body: { factors, recoveryCodesLeft: enrolment.recoveryCodesLeft(name), passkeysHere } };
      },
    }),
  ];
}

function totp(stages: SignInStages): readonly Route[] {
  const { enrolment, passwords } = stages;
  return [
    route({
      method: "POST",
      path: "/account/second-factors/totp",
      access: "person",
      name: "beginTotp",
      summary: "A secret for an authenticator app, as text and as the address for its picture; counts once confirmed",
      body: password,
      answer: z.object({ ticket: z.string(), secret: z.string(), uri: z.string() }),
      async run(call) {
        await passwords.confirm(call.caller().account, call.body.password, call.peer);
        return { body: enrolment.beginTotp(enrollerOf(call), hostNameOf(call.header("host"))) };
      },
    }),
    route({
      method: "POST",
      path: "/account/second-factors/totp/confirm",
      access: "person",
      name: "confirmTotp",
      summary: "Prove with a first code that the app has the secret; from now on sign-ins ask for one",
      body: z.strictObject({ ticket: z.string(), code: z.string().max(20), name: z.string() }),
      status: 201,
      answer: added,
      run: async (call) => ({ body: addedBy(stages, call, await enrolment.finishTotp(enrollerOf(call), call.body)) }),
    }),
  ];
}

function passkeys(stages: SignInStages): readonly Route[] {
  const { enrolment, passwords, siteOf } = stages;
  return [
    route({
      method: "POST",
      path: "/account/second-factors/passkeys",
      access: "person",
      name: "beginPasskey",
      summary: "Options for navigator.credentials.create",
      body: password,
      answer: z.object({ ticket: z.string(), options }),
      async run(call) {
        const site = mustHave(siteOf(call.header("host")));
        await passwords.confirm(call.caller().account, call.body.password, call.peer);
        return { body: await enrolment.beginPasskey(enrollerOf(call), site) };
      },
    }),
    route({
      method: "POST",
      path: "/account/second-factors/passkeys/confirm",
      access: "person",
      name: "confirmPasskey",
      summary: "Keep the passkey that the browser made; from now on sign-ins ask for one",
      body: z.strictObject({ ticket: z.string(), name: z.string(), passkey: creationAnswer }),
      status: 201,
      answer: added,
      async run(call) {
        const { passkey: answer, ...given } = call.body;
        const enrolled = await enrolment.finishPasskey(enrollerOf(call), { ...given, answer });
        return { body: addedBy(stages, call, enrolled) };
      },
    }),
  ];
}

function changes({ enrolment, passwords }: SignInStages): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/account/second-factors/{id}/remove",
      access: "person",
      name: "removeSecondFactor",
      summary: "Remove a second factor; with the last one the recovery codes go",
      params: z.strictObject({ id: z.string() }),
      body: password,
      answer: z.object({ id: z.string() }),
      async run(call) {
        const { account } = call.caller();
        await passwords.confirm(account, call.body.password, call.peer);
        await enrolment.remove(enrollerOf(call), account.name, call.params.id);
        return { body: { id: call.params.id } };
      },
    }),
    route({
      method: "POST",
      path: "/account/second-factors/recovery-codes",
      access: "person",
      name: "renewRecoveryCodes",
      summary: "New recovery codes instead of those of before; the answer has them, once",
      body: password,
      answer: z.object({ recoveryCodes: z.array(z.string()).readonly() }),
      async run(call) {
        const { account } = call.caller();
        await passwords.confirm(account, call.body.password, call.peer);
        return { body: { recoveryCodes: await enrolment.renewRecoveryCodes(enrollerOf(call), account.name) } };
      },
    }),
  ];
}

function enrollerOf({ caller, peer }: AnyCall): Enroller {
  const { account, actor, signIn } = caller();
  if (signIn === undefined) throw new PosternError("api/forbidden");
  return { account: account.name, signIn: signIn.id, actor, origin: peer };
}

/** Sign-ins that were opened without a second factor end when there is one, but for that of whoever added it. */
function addedBy(
  { signIns }: SignInStages,
  call: AnyCall,
  { factor: row, recoveryCodes }: Enrolled,
): z.output<typeof added> {
  const { account, signIn } = enrollerOf(call);
  if (recoveryCodes !== null) signIns.endOthers(account, signIn);
  const [view] = viewOf(row);
  if (view === undefined) throw new PosternError("internal/fault", "what was added is no second factor");
  return { factor: view, recoveryCodes };
}

function viewOf({ id, kind, name, createdAtMs, lastUsedAtMs }: FactorRow): readonly z.output<typeof factor>[] {
  if (!isSecondFactor(kind)) return [];
  const lastUsedAt = lastUsedAtMs === null ? null : new Date(lastUsedAtMs).toISOString();
  return [{ id, kind, name, createdAt: new Date(createdAtMs).toISOString(), lastUsedAt }];
}

function mustHave(site: PasskeySite | undefined): PasskeySite {
  if (site === undefined) throw new PosternError("api/no-passkeys-here");
  return site;
}

/** For the label in the app: which of several gateways it is. */
function hostNameOf(host: string | undefined): string {
  return URL.parse(`https://${host ?? "localhost"}`)?.hostname ?? "localhost";
}
