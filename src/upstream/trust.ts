// SPDX-License-Identifier: Apache-2.0
import { createHash, type X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { describeError, PosternError } from "../base/errors.ts";
import type { Target } from "../protocol/proxy-user-name.ts";

/** Keyed by `host` or `host:port`, as the configuration writes targets; IPv6 addresses stand in brackets with a port. */
export interface TrustSettings {
  /** PEM files with authorities that count for this target besides the system's. */
  readonly caFiles: ReadonlyMap<string, string>;
  /**
   * SHA-256 in hex of the certificate, or of its public key (SPKI, RFC 7469 §2.4), that the target has to show. It takes
   * the place of chain, name and dates: an administrator vouches for this very key.
   */
  readonly pins: ReadonlyMap<string, string>;
}

/** How one target's certificate is judged. */
export type Trust =
  | { readonly kind: "authorities"; readonly context: SecureContext }
  | { readonly kind: "pin"; readonly context: SecureContext; readonly pin: string };

/** How certificates are judged, per target. Contexts are made once: each holds some hundred authorities. */
export class TrustStore {
  readonly #general: Trust;
  readonly #special: ReadonlyMap<string, Trust>;

  private constructor(general: Trust, special: ReadonlyMap<string, Trust>) {
    this.#general = general;
    this.#special = special;
  }

  /** Throws `config/unreadable` for a CA file that cannot be read or holds no certificate. */
  static async load({ caFiles, pins }: TrustSettings): Promise<TrustStore> {
    const authorities = systemAuthorities();
    const special = new Map<string, Trust>();
    for (const [target, file] of caFiles) special.set(target.toLowerCase(), await trustFile(authorities, file));
    const pinned = secureContext([]);
    for (const [target, pin] of pins)
      special.set(target.toLowerCase(), { kind: "pin", context: pinned, pin: pin.replaceAll(":", "").toLowerCase() });
    return new TrustStore({ kind: "authorities", context: secureContext(authorities) }, special);
  }

  trustFor({ host, hostKind }: Target, port: number): Trust {
    const bracketed = hostKind === "ipv6" ? `[${host}]` : host;
    return this.#special.get(`${bracketed}:${port}`) ?? this.#special.get(host) ?? this.#general;
  }
}

/** Whether `pin` names this certificate or its key. */
export function matchesPin(certificate: X509Certificate, pin: string): boolean {
  return certificateHash(certificate) === pin || publicKeyHash(certificate) === pin;
}

/** SHA-256 over the DER in hex: what `openssl x509 -fingerprint -sha256` prints. */
export function certificateHash(certificate: X509Certificate): string {
  return createHash("sha256").update(certificate.raw).digest("hex");
}

/** SHA-256 over the SubjectPublicKeyInfo in hex; stays the same when a certificate is renewed with its key. */
export function publicKeyHash(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex");
}

/** The machine's authorities; a container without any gets those that come with Node. */
function systemAuthorities(): readonly string[] {
  const system = getCACertificates("system");
  return system.length > 0 ? system : getCACertificates("bundled");
}

async function trustFile(authorities: readonly string[], file: string): Promise<Trust> {
  try {
    const own = await readFile(file, "utf8");
    if (!own.includes("-----BEGIN CERTIFICATE-----"))
      throw new PosternError("config/unreadable", "no certificate in it");
    return { kind: "authorities", context: secureContext([...authorities, own]) };
  } catch (error) {
    throw new PosternError("config/unreadable", `${file}: ${describeError(error)}`, { cause: error });
  }
}

/** RFC 9325 §3.1.1: TLS 1.2 or newer. */
function secureContext(authorities: readonly string[]): SecureContext {
  return createSecureContext({ ca: [...authorities], minVersion: "TLSv1.2" });
}
