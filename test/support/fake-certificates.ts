// SPDX-License-Identifier: Apache-2.0
import { randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import type * as X509 from "@peculiar/x509";

type Library = typeof X509;

/** The library wants its metadata support to be there first. */
async function library(): Promise<Library> {
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

export interface FakeCertificate {
  readonly context: SecureContext;
  /** The certificate alone, PEM. */
  readonly pem: string;
  /** PKCS #8, PEM. */
  readonly key: string;
}

/** An authority of the test's own, and certificates from it. */
export class FakeAuthority {
  readonly pem: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: X509.X509Certificate;

  private constructor(keys: webcrypto.CryptoKeyPair, certificate: X509.X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
    this.pem = certificate.toString("pem");
  }

  static async create(): Promise<FakeAuthority> {
    const [x509, keys] = [await library(), await newKeys()];
    const certificate = await x509.X509CertificateGenerator.createSelfSigned(
      {
        ...subject("Test authority", "2000-01-01", "2100-01-01"),
        keys,
        extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
      },
      webcrypto,
    );
    return new FakeAuthority(keys, certificate);
  }

  /** A certificate for names and addresses. `notAfter` in the past makes an expired one. */
  async issue(names: readonly string[], notAfter = "2100-01-01"): Promise<FakeCertificate> {
    const [x509, keys] = [await library(), await newKeys()];
    const certificate = await x509.X509CertificateGenerator.create(
      {
        ...subject(names[0] ?? "", "2000-01-01", notAfter),
        issuer: this.#certificate.subject,
        publicKey: keys.publicKey,
        signingKey: this.#keys.privateKey,
        extensions: alternativeNames(x509, names),
      },
      webcrypto,
    );
    return contextOf(certificate.toString("pem"), keys);
  }
}

/** A self-signed certificate for names and addresses; with no names, the common name alone says who it is. */
export async function selfSigned(
  commonName: string,
  names: readonly string[] = [commonName],
): Promise<FakeCertificate> {
  const [x509, keys] = [await library(), await newKeys()];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    { ...subject(commonName, "2000-01-01", "2100-01-01"), keys, extensions: alternativeNames(x509, names) },
    webcrypto,
  );
  return contextOf(certificate.toString("pem"), keys);
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function subject(commonName: string, notBefore: string, notAfter: string) {
  return {
    serialNumber: randomBytes(15).toString("hex"),
    subject: [{ CN: [commonName] }],
    name: [{ CN: [commonName] }],
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    signingAlgorithm: algorithm,
  };
}

function alternativeNames(x509: Library, names: readonly string[]): X509.Extension[] {
  if (names.length === 0) return [];
  const values = names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value }));
  return [new x509.SubjectAlternativeNameExtension(values)];
}

async function contextOf(pem: string, keys: webcrypto.CryptoKeyPair): Promise<FakeCertificate> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
  return { pem, key, context: createSecureContext({ cert: pem, key }) };
}
