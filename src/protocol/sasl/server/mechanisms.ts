// SPDX-License-Identifier: Apache-2.0
import type { SaslMechanism, SaslMechanismName } from "./exchange.ts";
import { login } from "./login.ts";
import { oauthBearer } from "./oauthbearer.ts";
import { plain } from "./plain.ts";
import { xoauth2 } from "./xoauth2.ts";

const mechanisms: readonly SaslMechanism[] = [plain, login, xoauth2, oauthBearer];

/** The mechanism of this name, in any letter case, when it is among those offered. */
export function findMechanism(name: string, offered: readonly SaslMechanismName[]): SaslMechanism | undefined {
  const wanted = name.toUpperCase();
  return mechanisms.find((mechanism) => mechanism.name === wanted && offered.includes(mechanism.name));
}
