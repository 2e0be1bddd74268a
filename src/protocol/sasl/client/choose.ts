// SPDX-License-Identifier: Apache-2.0
import type { Credentials } from "../credentials.ts";
import type { MechanismName, SaslContext, SaslMechanism } from "./mechanism.ts";
import { CramMd5Mechanism, LoginMechanism, plain } from "./password-mechanisms.ts";
import { ScramMechanism } from "./scram.ts";
import { oauthBearer, xoauth2 } from "./token-mechanisms.ts";

/**
 * Best first. SCRAM proves the server's knowledge of the password and gives nothing away. CRAM-MD5 comes last: it needs
 * the password in clear at the server and its hash is broken (RFC 6331 tells the same of its sibling); inside verified
 * TLS, PLAIN gives away less than that.
 */
const forPassword = ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"] as const;
const forToken = ["OAUTHBEARER", "XOAUTH2"] as const;

/** The mechanisms to try, best first, out of those that the upstream announced (in any letter case). */
export function mechanismsFor(
  offered: Iterable<string>,
  { kind }: Pick<Credentials, "kind">,
): readonly MechanismName[] {
  const names = new Set([...offered].map((name) => name.toUpperCase()));
  const preferred: readonly MechanismName[] = kind === "password" ? forPassword : forToken;
  return preferred.filter((name) => names.has(name));
}

/** Begins a login. */
export function startMechanism(name: MechanismName, context: SaslContext): SaslMechanism {
  switch (name) {
    case "SCRAM-SHA-256":
    case "SCRAM-SHA-1":
      return new ScramMechanism(name, context);
    case "PLAIN":
      return plain(context);
    case "LOGIN":
      return new LoginMechanism(context);
    case "CRAM-MD5":
      return new CramMd5Mechanism(context);
    case "XOAUTH2":
      return xoauth2(context);
    case "OAUTHBEARER":
      return oauthBearer(context);
  }
}
