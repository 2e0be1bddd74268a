// SPDX-License-Identifier: Apache-2.0
import { constants, createPrivateKey, createPublicKey, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { describeError, PosternError } from "../base/errors.ts";
import { isMissingFile, writeWholeFile } from "../base/whole-file.ts";

/** A certificate chain with its key, as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateFacts {
  readonly subject: string;
  readonly names: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Nobody else vouches for it. */
  readonly selfSigned: boolean;
  /** SHA-256 over the DER, colon-separated, as mail clients show it. */
  readonly fingerprint: string;
}

const selfSignedDays = 825;

/** Reads a pair from two PEM files. Throws `listen/bad-certificate` with what is wrong. */
export async function loadCertificate(certificateFile: string, keyFile: string): Promise<CertificatePair> {
  try {
    const pair = {
      certificate: await readFile(certificateFile, "utf8"),
      key: await readFile(keyFile, "utf8"),
    };
    checkPair(pair);
    return pair;
  } catch (error) {
    if (error instanceof PosternError) throw error;
    throw new PosternError("listen/bad-certificate", `${certificateFile}, ${keyFile}: ${describeError(error)}`, {
      cause: error,
    });
  }
}

/** The pair in `directory`, made there when it is absent: ECDSA P-256, valid for the given names. */
export async function loadOrCreateSelfSigned(directory: string, names: readonly string[]): Promise<CertificatePair> {
  const certificateFile = join(directory, "certificate.pem");
  const keyFile = join(directory, "key.pem");
  try {
    return await loadCertificate(certificateFile, keyFile);
  } catch (error) {
    if (!(error instanceof PosternError) || !isMissingFile(error.cause)) throw error;
  }
  const pair = await createSelfSigned(names);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeWholeFile(keyFile, pair.key, 0o600);
  await writeWholeFile(certificateFile, pair.certificate, 0o644);
  return pair;
}

/** Makes a self-signed certificate with every name as subjectAltName (RFC 5280 §4.2.1.6). */
export function createSelfSigned(names: readonly string[]): Promise<CertificatePair> {
  return selfSigned(names, selfSignedDays);
}

/** The certificate that answers a tls-alpn-01 challenge: one name, and the digest in `id-pe-acmeIdentifier` (RFC 8737 §3). */
export function challengeCertificate(name: string, digest: Uint8Array): Promise<CertificatePair> {
  // An OCTET STRING of 32 octets, in DER.
  return selfSigned([name], 1, { type: "1.3.6.1.5.5.7.1.31", value: Buffer.concat([Buffer.from([4, 32]), digest]) });
}

async function selfSigned(
  names: readonly string[],
  days: number,
  critical?: { readonly type: string; readonly value: Uint8Array },
): Promise<CertificatePair> {
  // Loaded here: only a first start needs it, and it costs more than the rest of the start.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: randomBytes(16).toString("hex"),
      name: [{ CN: [names[0] ?? "postern"] }],
      notBefore: new Date(now - 3_600_000),
      notAfter: new Date(now + days * 86_400_000),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((name) => ({ type: isIP(name) === 0 ? ("dns" as const) : ("ip" as const), value: name })),
        ),
        ...(critical === undefined ? [] : [new x509.Extension(critical.type, true, critical.value)]),
      ],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  return { certificate: certificate.toString("pem"), key: key.export({ format: "pem", type: "pkcs8" }).toString() };
}

export function certificateFacts(pair: CertificatePair): CertificateFacts {
  const certificate = new X509Certificate(pair.certificate);
  return {
    subject: certificate.subject.replaceAll("\n", ", "),
    names: certificate.subjectAltName ?? "",
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    selfSigned: certificate.checkIssued(certificate),
    fingerprint: certificate.fingerprint256,
  };
}

export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** AEAD with forward secrecy only (RFC 9325 §4.2); AES-128 first, since bulk transfer is what these connections do. */
const ciphers = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
].join(":");

/**
 * Key exchange: the post-quantum hybrid first, and no finite fields, which a client makes the server compute with at a
 * thousandth of the cost (D(HE)at, CVE-2002-20001).
 */
const groups = "X25519MLKEM768:X25519:prime256v1:secp384r1";

/** What a TLS context is made from; servers of Node's own make theirs by themselves. */
export interface SecureContextSource {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: TlsVersion;
  readonly ciphers: string;
  readonly honorCipherOrder: true;
  readonly secureOptions: number;
  readonly ecdhCurve: string;
}

/** For every listener (RFC 9325 §3.1.1: 1.2 or newer). */
export function secureContextSource(pair: CertificatePair, minVersion: TlsVersion): SecureContextSource {
  // A handshake within a connection costs us more than the peer, and nobody needs it (RFC 9325 §3.5).
  const secureOptions = constants.SSL_OP_NO_RENEGOTIATION;
  const { certificate: cert, key } = pair;
  return { cert, key, minVersion, ciphers, honorCipherOrder: true, secureOptions, ecdhCurve: groups };
}

/** The TLS context of the mail listeners. With `ticketKeys`, 48 octets, any context that has the same can resume. */
export function secureContextOf(pair: CertificatePair, minVersion: TlsVersion, ticketKeys?: Buffer): SecureContext {
  const source = secureContextSource(pair, minVersion);
  return createSecureContext(ticketKeys === undefined ? source : { ...source, ticketKeys });
}

/** Throws `listen/bad-certificate` when the key is not that of the certificate. */
export function checkPair(pair: CertificatePair): void {
  const certificate = new X509Certificate(pair.certificate);
  const key = createPrivateKey(pair.key);
  if (!certificate.publicKey.equals(createPublicKey(key)))
    throw new PosternError("listen/bad-certificate", "the key does not belong to the first certificate of the chain");
}
