// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { type ReasonCode, type ReasonValues, reasonFor } from "../base/reasons.ts";
import { type CertificatePair, secureContextOf } from "../listen/certificate.ts";

/**
 * Holds a certificate that somebody brings against everything that would make clients refuse it, and gives it back in a
 * clean form: the chain in its order, then nothing. Throws `certificate/not-used` with what is wrong in which field.
 */
export function checkChain(pair: CertificatePair, nowMs: number): CertificatePair {
  const chain = readChain(pair.certificate);
  const key = readKey(pair.key);
  const [own] = chain;
  if (own === undefined) throw refused("certificate", "no-certificate");
  if (chain.length > limits.certificateChain) throw refused("certificate", "many-certificates");
  if (!own.publicKey.equals(createPublicKey(key))) throw wrongKey(chain, key);
  checkOrder(chain);
  checkTimes(chain, nowMs);
  checkStrength(own);
  const checked = {
    certificate: chain.map((each) => each.toString()).join(""),
    key: key.export({ format: "pem", type: "pkcs8" }).toString(),
  };
  try {
    secureContextOf(checked, "TLSv1.2");
  } catch (error) {
    throw new PosternError("certificate/not-used", "TLS does not take it", { cause: error });
  }
  return checked;
}

function readChain(text: string): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw refused("certificate", "certificate-damaged", { number: index + 1 });
    }
  });
}

function readKey(text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) throw refused("key", "key-protected");
  const block = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[^-]*-----END (?:RSA |EC )?PRIVATE KEY-----/.exec(text)?.[0];
  if (block === undefined) throw refused("key", "no-key");
  try {
    return createPrivateKey(block);
  } catch {
    throw refused("key", "key-damaged");
  }
}

function wrongKey(chain: readonly X509Certificate[], key: KeyObject): PosternError {
  const place = chain.findIndex((each) => each.publicKey.equals(createPublicKey(key)));
  return place < 0 ? refused("key", "key-of-another") : refused("certificate", "key-of-later", { number: place + 1 });
}

/** Each must have been issued by the next one: clients are shown the chain as it is (RFC 5246 §7.4.2, RFC 8446 §4.4.2). */
function checkOrder(chain: readonly X509Certificate[]): void {
  for (const [index, each] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer === undefined) return;
    if (!each.checkIssued(issuer) || !each.verify(issuer.publicKey))
      throw refused("certificate", "chain-order", { number: index + 1, next: index + 2 });
  }
}

function checkTimes(chain: readonly X509Certificate[], nowMs: number): void {
  for (const [index, each] of chain.entries()) {
    if (each.validToDate.getTime() <= nowMs)
      throw refused("certificate", "certificate-ended", {
        number: index + 1,
        date: each.validToDate.toISOString().slice(0, 10),
      });
    if (each.validFromDate.getTime() > nowMs)
      throw refused("certificate", "certificate-early", { number: index + 1, date: each.validFromDate.toISOString() });
  }
}

/** RFC 9325 §4.5: RSA of 2048 bits at least; of the others what every mail client knows. */
function checkStrength({ publicKey, ca, subjectAltName }: X509Certificate): void {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = publicKey;
  if (kind !== "rsa" && kind !== "ec") throw refused("certificate", "key-kind", { kind: kind ?? "" });
  if (kind === "rsa" && (details?.modulusLength ?? 0) < 2048) throw refused("certificate", "key-short");
  if (ca) throw refused("certificate", "certificate-of-authority");
  if (subjectAltName === undefined) throw refused("certificate", "certificate-names");
}

function refused(field: "certificate" | "key", code: ReasonCode, values?: ReasonValues): PosternError {
  const reason = reasonFor(code, values);
  return new PosternError("certificate/not-used", reason.reason, { fields: [{ field, ...reason }] });
}
