// SPDX-License-Identifier: Apache-2.0
import type { SaslMechanismName } from "../sasl/server/exchange.ts";

/** What `capabilities` depends on. */
export interface CapabilityFacts {
  readonly encrypted: boolean;
  readonly mechanisms: readonly SaslMechanismName[];
  readonly signedIn: boolean;
  /** As in `Pop3ServerSettings`. */
  readonly alsoProxies?: boolean;
}

/**
 * The capabilities of this server (RFC 2449 §5, §6), one line each; RFC 2449 §5 lets a client ask before and after
 * signing in. Where user names of upstreams are taken too, what depends on who signs in is told afterwards.
 *
 * Not offered: LOGIN-DELAY (an archive may come as often as it likes), LANG (RFC 6856 §3: English only).
 */
export function capabilities({
  encrypted,
  mechanisms,
  signedIn,
  alsoProxies = false,
}: CapabilityFacts): readonly string[] {
  const ours = signedIn || !alsoProxies;
  return [
    "TOP",
    "UIDL",
    "RESP-CODES",
    "AUTH-RESP-CODE", // RFC 3206 §6
    "PIPELINING",
    ...(alsoProxies ? [] : ["UTF8"]), // RFC 6856 §2
    ...(ours ? ["EXPIRE NEVER"] : []), // RFC 2449 §6.7: nothing goes that the archive did not take
    ...(encrypted ? signIn(mechanisms) : ["STLS"]), // RFC 2595 §4: not inside TLS
    ...(ours ? ["IMPLEMENTATION Postern"] : []),
  ];
}

/** RFC 2449 §6.2, §6.3: announced where it is possible, which is inside TLS. */
function signIn(mechanisms: readonly SaslMechanismName[]): readonly string[] {
  return mechanisms.length === 0 ? ["USER"] : ["USER", `SASL ${mechanisms.join(" ")}`];
}
