// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from "node:crypto";
import type { Target } from "../protocol/proxy-user-name.ts";
import { failure, type UpstreamFailure } from "./failure.ts";
import { certificateHash } from "./trust.ts";

/** Marks the error with which our name check ends a handshake. */
export const otherNameCode = "ERR_TLS_CERT_ALTNAME_INVALID";

/**
 * Whether the certificate is for the host that the user typed (RFC 9525 §6): subjectAltName alone, never the common
 * name; an address only as an address; wildcards only for one whole label.
 */
export function isForHost(certificate: X509Certificate, { host, hostKind }: Target): boolean {
  if (hostKind !== "name") return certificate.checkIP(host) !== undefined;
  return certificate.checkHost(host, { subject: "never", partialWildcards: false }) !== undefined;
}

/**
 * Says what is wrong with a certificate, so that an administrator can act on it.
 * @param code OpenSSL's verdict, as Node names it
 */
export function certificateFailure(
  code: string,
  certificate: X509Certificate | undefined,
  { host }: Target,
  nowMs: number,
): UpstreamFailure | undefined {
  const shown = certificate === undefined ? "" : `; its SHA-256 is ${certificateHash(certificate)}`;
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return failure("certificate-expired", expiredText(certificate, host, nowMs), host);
    case "CERT_NOT_YET_VALID":
      return failure(
        "certificate-not-yet-valid",
        `the certificate of ${host} is not valid yet: check both clocks`,
        host,
      );
    case otherNameCode:
      return failure("certificate-other-name", `the certificate of ${host} is for ${namesOf(certificate)}`, host);
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return failure("certificate-untrusted", `the certificate of ${host} is self-signed${shown}`, host);
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return failure("certificate-untrusted", `the certificate of ${host} is from an unknown authority${shown}`, host);
    default:
      return /CERT|CRL|CA\b/.test(code) && !code.startsWith("ERR_SSL")
        ? failure("certificate-untrusted", `the certificate of ${host} is not accepted (${code})${shown}`, host)
        : undefined;
  }
}

function expiredText(certificate: X509Certificate | undefined, host: string, nowMs: number): string {
  const notAfter = certificate === undefined ? undefined : new Date(certificate.validTo);
  return notAfter !== undefined && notAfter.getTime() < nowMs
    ? `the certificate of ${host} expired on ${notAfter.toISOString().slice(0, 10)}`
    : `a certificate in the chain of ${host} has expired`;
}

function namesOf(certificate: X509Certificate | undefined): string {
  const names = (certificate?.subjectAltName ?? "").replaceAll(/(?:DNS|IP Address):/g, "");
  return names === "" ? "no name at all" : names.slice(0, 200);
}
