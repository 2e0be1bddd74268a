// SPDX-License-Identifier: Apache-2.0
import type { SaslMechanismName } from "../sasl/server/exchange.ts";

/** What `capabilities` depends on. */
export interface CapabilityFacts {
  readonly encrypted: boolean;
  readonly mechanisms: readonly SaslMechanismName[];
}

/**
 * The capabilities of this server (RFC 2449 §5, §6), one line each. They are the same before and after signing in, for
 * none of them depends on who signs in; RFC 2449 §5 lets a client ask at either time.
 *
 * Not offered: LOGIN-DELAY (an archive may come as often as it likes), LANG (RFC 6856 §3: English only).
 */
export function capabilities({ encrypted, mechanisms }: CapabilityFacts): readonly string[] {
  return [
    "TOP",
    "UIDL",
    "RESP-CODES",
    "AUTH-RESP-CODE", // RFC 3206 §6
    "PIPELINING",
    "UTF8", // RFC 6856 §2
    "EXPIRE NEVER", // RFC 2449 §6.7: nothing goes that the archive did not take
    ...(encrypted ? signIn(mechanisms) : ["STLS"]), // RFC 2595 §4: not inside TLS
    "IMPLEMENTATION Postern",
  ];
}

/** RFC 2449 §6.2, §6.3: announced where it is possible, which is inside TLS. */
function signIn(mechanisms: readonly SaslMechanismName[]): readonly string[] {
  return mechanisms.length === 0 ? ["USER"] : ["USER", `SASL ${mechanisms.join(" ")}`];
}
