// SPDX-License-Identifier: Apache-2.0
import { noBytes } from "../../../base/bytes.ts";
import { secretOf } from "../credentials.ts";
import { cancel, respond, type SaslContext, type SaslMechanism, type SaslStep } from "./mechanism.ts";

/** XOAUTH2, as Google and Microsoft document it. A refusal comes as a JSON challenge that wants an empty response. */
export function xoauth2(context: SaslContext): SaslMechanism {
  return tokenMechanism("XOAUTH2", `user=${context.credentials.userName}\x01${bearer(context)}\x01\x01`, noBytes);
}

/**
 * OAUTHBEARER (RFC 7628 §3.1): the user goes into the GS2 header as `a=`, host and port are the upstream's. A refusal
 * comes as a JSON challenge that wants a lone ^A (RFC 7628 §3.2.3).
 */
export function oauthBearer(context: SaslContext): SaslMechanism {
  const user = escapeSaslName(context.credentials.userName);
  const where = `host=${context.host}\x01port=${context.port}`;
  return tokenMechanism("OAUTHBEARER", `n,a=${user},\x01${where}\x01${bearer(context)}\x01\x01`, Buffer.from("\x01"));
}

/** `saslname` of RFC 5802 §5.1: comma and equals sign have a meaning in the GS2 header. */
export function escapeSaslName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

function tokenMechanism(name: "XOAUTH2" | "OAUTHBEARER", message: string, toError: Buffer): SaslMechanism {
  let refused = false;
  return {
    name,
    initialResponse: Buffer.from(message, "utf8"),
    credentialShown: true,
    // After an error challenge only a refusal may follow (RFC 7628 §3.2.3).
    get mayEnd(): boolean {
      return !refused;
    },
    challenge(): SaslStep {
      if (refused) return cancel(`${name}: a second challenge`);
      refused = true;
      return respond(toError);
    },
    derived: () => cancel("a key that was not asked for"),
  };
}

function bearer({ credentials }: SaslContext): string {
  return `auth=Bearer ${secretOf(credentials).expose().toString("latin1")}`;
}
