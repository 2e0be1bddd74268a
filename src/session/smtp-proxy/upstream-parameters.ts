// SPDX-License-Identifier: Apache-2.0

import type { Extensions } from "../../protocol/smtp/client/extensions.ts";
import type { EnvelopeRecipient, OpenTransaction } from "../../protocol/smtp/envelope.ts";
import type { OptionalExtension } from "../../protocol/smtp/extensions.ts";
import { type Refusal, refusals } from "../../protocol/smtp/refusal.ts";

/** A path and parameters that this upstream understands, or why the command cannot be passed on. */
export type Bridged = { readonly path: string; readonly parameters: readonly string[] } | { readonly refusal: Refusal };

/**
 * MAIL for an upstream. The client was told what we take before anybody knew the upstream, so that a parameter may have
 * to go: those of DSN do (RFC 3461 §5.2.2 lets a relay drop them towards a server without), AUTH always does. What would
 * change the meaning is refused.
 */
export function bridgeMail({ reversePath, parameters }: OpenTransaction, upstream: Extensions): Bridged {
  if (reversePath?.utf8 === true && !upstream.smtpUtf8) return { refusal: refusals.addressUtf8NotTaken };
  // RFC 8689 §4.2.1: a message that requires TLS all the way goes to nobody who cannot promise it.
  if (parameters.has("REQUIRETLS") && !upstream.keywords.has("REQUIRETLS"))
    return { refusal: refusals.requireTlsNotTaken };
  const understood = (keyword: string): boolean => {
    switch (keyword) {
      case "SIZE":
      case "REQUIRETLS":
        return upstream.keywords.has(keyword);
      case "BODY":
        return upstream.eightBitMime;
      case "SMTPUTF8":
        return upstream.smtpUtf8;
      case "RET":
      case "ENVID":
        return upstream.dsn;
      default:
        return false;
    }
  };
  return { path: reversePath?.text ?? "", parameters: written(parameters, understood) };
}

/** RCPT for an upstream. */
export function bridgeRecipient({ forwardPath, parameters }: EnvelopeRecipient, upstream: Extensions): Bridged {
  if (forwardPath.utf8 && !upstream.smtpUtf8) return { refusal: refusals.addressUtf8NotTaken };
  const understood = (keyword: string): boolean => {
    if (!upstream.dsn) return false;
    // RFC 6533 §3: an original recipient beyond ASCII is for servers with SMTPUTF8.
    return keyword !== "ORCPT" || upstream.smtpUtf8 || isAscii(parameters.get("ORCPT") ?? "");
  };
  return { path: forwardPath.text, parameters: written(parameters, understood) };
}

/** What is not to be offered once the upstream is known. */
export function withheldFor(upstream: Extensions): readonly OptionalExtension[] {
  const missing: (OptionalExtension | false)[] = [
    !upstream.eightBitMime && "8BITMIME",
    !upstream.smtpUtf8 && "SMTPUTF8",
    !upstream.dsn && "DSN",
    !upstream.keywords.has("REQUIRETLS") && "REQUIRETLS",
  ];
  return missing.filter((each) => each !== false);
}

function written(
  parameters: ReadonlyMap<string, string | undefined>,
  understood: (keyword: string) => boolean,
): readonly string[] {
  return [...parameters]
    .filter(([keyword]) => understood(keyword))
    .map(([keyword, value]) => (value === undefined ? keyword : `${keyword}=${value}`));
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
