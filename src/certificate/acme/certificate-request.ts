// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, webcrypto } from "node:crypto";

/** A request for a certificate with a key of its own (RFC 8555 §7.4, RFC 2986): the names, and nothing else. */
export async function createCertificateRequest(
  names: readonly string[],
): Promise<{ readonly request: Buffer; readonly key: string }> {
  // Loaded here: it costs more than the rest of the start.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      signingAlgorithm: algorithm,
      keys,
      extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns" as const, value })))],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  return { request: Buffer.from(request.rawData), key: key.export({ format: "pem", type: "pkcs8" }).toString() };
}
