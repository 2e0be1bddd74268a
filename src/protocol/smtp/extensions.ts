// SPDX-License-Identifier: Apache-2.0
import type { SaslMechanismName } from "../sasl/server/exchange.ts";

/**
 * Extensions that a session may withhold because what stands behind it lacks them. PIPELINING, SIZE, CHUNKING and
 * ENHANCEDSTATUSCODES are between the peer and us, and always there.
 */
export type OptionalExtension = "8BITMIME" | "SMTPUTF8" | "DSN" | "REQUIRETLS";

export interface ExtensionSettings {
  /** The connection is encrypted: no STARTTLS any more, but AUTH and REQUIRETLS. */
  readonly encrypted: boolean;
  readonly maxMessageBytes: number;
  readonly maxRecipients: number;
  /** SASL mechanisms to sign in with, on encrypted connections alone (I5). None: AUTH is not offered. */
  readonly mechanisms?: readonly SaslMechanismName[];
  /** Not offered on this listener. */
  readonly withheld?: readonly OptionalExtension[];
}

/**
 * The lines of the reply to EHLO behind our name (RFC 5321 §4.1.1.1). BINARYMIME is never offered: POP3 could not hand
 * such content out.
 */
export function ehloLines(settings: ExtensionSettings): readonly string[] {
  const { encrypted, mechanisms = [] } = settings;
  return [
    "PIPELINING",
    `SIZE ${settings.maxMessageBytes}`,
    ...(offers(settings, "8BITMIME") ? ["8BITMIME"] : []),
    ...(offers(settings, "SMTPUTF8") ? ["SMTPUTF8"] : []),
    // Exchange bounces content with bare LF when it cannot use BDAT.
    "CHUNKING",
    ...(offers(settings, "DSN") ? ["DSN"] : []),
    "ENHANCEDSTATUSCODES",
    // RFC 3207 §4.2: not inside TLS.
    ...(encrypted ? [] : ["STARTTLS"]),
    ...(encrypted && mechanisms.length > 0 ? [`AUTH ${mechanisms.join(" ")}`] : []),
    ...(offers(settings, "REQUIRETLS") ? ["REQUIRETLS"] : []),
    // RFC 9422 §3: a sender splits a longer list by itself.
    `LIMITS RCPTMAX=${settings.maxRecipients}`,
  ];
}

export function offers(settings: ExtensionSettings, extension: OptionalExtension): boolean {
  // RFC 8689 §2: REQUIRETLS is offered over TLS only.
  if (extension === "REQUIRETLS" && !settings.encrypted) return false;
  return settings.withheld?.includes(extension) !== true;
}
