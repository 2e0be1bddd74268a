// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { type CertificatePair, secureContextOf } from "../listen/certificate.ts";

/**
 * Holds a certificate that somebody brings against everything that would make clients refuse it, and gives it back in a
 * clean form: the chain in its order, then nothing. Throws `certificate/not-used` with what is wrong in which field.
 */
export function checkChain(pair: CertificatePair, nowMs: number): CertificatePair {
  const chain = readChain(pair.certificate);
  const key = readKey(pair.key);
  const [own] = chain;
  if (own === undefined)
    throw refused("certificate", "there is no certificate in it; it begins with -----BEGIN CERTIFICATE-----");
  if (chain.length > limits.certificateChain) throw refused("certificate", "there are too many certificates in it");
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
      throw refused("certificate", `certificate ${index + 1} is damaged`);
    }
  });
}

function readKey(text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) throw refused("key", "the key is protected by a password; take that off first");
  const block = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[^-]*-----END (?:RSA |EC )?PRIVATE KEY-----/.exec(text)?.[0];
  if (block === undefined)
    throw refused("key", "there is no private key in it; it begins with -----BEGIN PRIVATE KEY-----");
  try {
    return createPrivateKey(block);
  } catch {
    throw refused("key", "the key is damaged");
  }
}

function wrongKey(chain: readonly X509Certificate[], key: KeyObject): PosternError {
  const place = chain.findIndex((each) => each.publicKey.equals(createPublicKey(key)));
  return place < 0
    ? refused("key", "the key does not belong to this certificate")
    : refused("certificate", `the key belongs to certificate ${place + 1}; the gateway's own must come first`);
}

/** Each must have been issued by the next one: clients are shown the chain as it is (RFC 5246 §7.4.2, RFC 8446 §4.4.2). */
function checkOrder(chain: readonly X509Certificate[]): void {
  for (const [index, each] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer === undefined) return;
    if (!each.checkIssued(issuer) || !each.verify(issuer.publicKey))
      throw refused(
        "certificate",
        `certificate ${index + 1} was not issued by certificate ${index + 2}; put them in order`,
      );
  }
}

function checkTimes(chain: readonly X509Certificate[], nowMs: number): void {
  for (const [index, each] of chain.entries()) {
    if (each.validToDate.getTime() <= nowMs)
      throw refused(
        "certificate",
        `certificate ${index + 1} has ended on ${each.validToDate.toISOString().slice(0, 10)}`,
      );
    if (each.validFromDate.getTime() > nowMs)
      throw refused("certificate", `certificate ${index + 1} is not valid before ${each.validFromDate.toISOString()}`);
  }
}

/** RFC 9325 §4.5: RSA of 2048 bits at least; of the others what every mail client knows. */
function checkStrength({ publicKey, ca, subjectAltName }: X509Certificate): void {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = publicKey;
  if (kind !== "rsa" && kind !== "ec")
    throw refused("certificate", `mail clients do not know keys of the kind ${kind ?? ""}`);
  if (kind === "rsa" && (details?.modulusLength ?? 0) < 2048) throw refused("certificate", "its key is too short");
  if (ca)
    throw refused("certificate", "the first certificate is that of an authority; the gateway's own must come first");
  if (subjectAltName === undefined)
    throw refused("certificate", "it has no names (subjectAltName); clients will refuse it");
}

function refused(field: "certificate" | "key", reason: string): PosternError {
  return new PosternError("certificate/not-used", reason, { fields: [{ field, reason }] });
}
