// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import type { Log } from "../../../observe/log.ts";
import type { Account } from "../../accounts/account.ts";
import type { AccountRegistry } from "../../accounts/account-registry.ts";
import { role, scope } from "../../accounts/account-shapes.ts";
import { roles } from "../../accounts/roles.ts";
import type { AuditTrail } from "../../audit-trail.ts";
import { cookieName } from "../authenticate.ts";
import type { PasskeySite } from "../passkeys.ts";
import type { PasswordSignIn } from "../password-sign-in.ts";
import type { Answer } from "../route.ts";
import type { SecondFactorEnrolment } from "../second-factor-enrolment.ts";
import { mustAddFactor, type PolicyStages } from "../second-factor-policy.ts";
import type { SecondFactorSignIn } from "../second-factor-sign-in.ts";
import type { SetUp } from "../set-up.ts";
import type { SignIns } from "../sign-ins.ts";

/** What signing in and one's own account need. */
export interface SignInStages {
  readonly accounts: AccountRegistry;
  readonly audit: AuditTrail;
  readonly signIns: SignIns;
  readonly passwords: PasswordSignIn;
  readonly secondFactors: SecondFactorSignIn;
  readonly enrolment: SecondFactorEnrolment;
  /** Where a browser is, by its Host header; `undefined`: where passkeys cannot be used. */
  readonly siteOf: (host: string | undefined) => PasskeySite | undefined;
  readonly factors: PolicyStages["factors"];
  readonly configuration: PolicyStages["configuration"];
  readonly setUp: SetUp;
  readonly log: Log;
}

export const who = z.object({
  name: z.string(),
  role,
  scopes: z.array(scope).readonly(),
  /** For the header `postern-csrf` of every request that changes something; `null` when called with a token. */
  csrfToken: z.string().nullable(),
  /** The gateway wants a second factor of people, and this one has none: until there is one, all else is refused. */
  secondFactorNeeded: z.boolean(),
});

/** Opens a sign-in; its secret goes into the cookie and nowhere else. */
export function enter(
  stages: SignInStages,
  account: Account,
  { peer, userAgent }: { readonly peer: string; readonly userAgent: string | undefined },
): Answer<z.output<typeof who>> {
  const { signIns, log } = stages;
  const opened = signIns.open(account, { peer, userAgent: userAgent ?? "" });
  log.event("admin/signed-in", { account: account.name, peer });
  const cookie = `${cookieName}=${opened.secret}; Path=/; Secure; HttpOnly; SameSite=Strict`;
  return {
    body: whoIs(account, opened.signIn.csrfToken, mustAddFactor(account, stages)),
    headers: { "set-cookie": cookie },
  };
}

export function whoIs(
  { name, role }: Account,
  csrfToken: string | null,
  secondFactorNeeded: boolean,
): z.output<typeof who> {
  return { name, role, scopes: secondFactorNeeded ? [] : roles[role], csrfToken, secondFactorNeeded };
}
