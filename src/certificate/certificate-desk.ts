// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { describeError, PosternError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Configuration } from "../config/schema.ts";
import {
  type CertificatePair,
  certificateFacts,
  loadCertificate,
  loadOrCreateSelfSigned,
} from "../listen/certificate.ts";
import type { Log } from "../observe/log.ts";
import { AcmeRecord } from "./acme/acme-record.ts";
import { AcmeRenewal } from "./acme/renewal.ts";
import { checkChain } from "./check-chain.ts";
import { endsSoonFromMs } from "./ends-soon.ts";
import { KeptPair } from "./kept-pair.ts";

/** Where the certificate comes from that is shown. */
export type CertificateSource = "files" | "uploaded" | "acme" | "self-signed";

export interface CertificateDeskParts {
  /** Of this moment. */
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Decides which certificate is shown: the configured files, else one that an authority issued, else one that was uploaded,
 * else a self-signed one. Keeps the renewal going, and tells when an end is near.
 */
export class CertificateDesk {
  readonly #parts: CertificateDeskParts;
  readonly #uploaded: KeptPair;
  readonly #issued: KeptPair;
  readonly #renewal: AcmeRenewal;
  #source: CertificateSource = "self-signed";
  #shown: CertificatePair = { certificate: "", key: "" };
  #taken: () => Promise<void> = async () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #warnedMs = 0;

  private constructor(parts: CertificateDeskParts, record: AcmeRecord) {
    const { dataDirectory } = parts.configuration.gateway;
    this.#parts = parts;
    this.#uploaded = new KeptPair(dataDirectory, "uploaded");
    this.#issued = new KeptPair(dataDirectory, "acme");
    this.#renewal = new AcmeRenewal({ ...parts, kept: this.#issued, record, issued: () => this.#taken() });
  }

  static async open(parts: CertificateDeskParts): Promise<CertificateDesk> {
    return new CertificateDesk(parts, await AcmeRecord.open(parts.configuration.gateway.dataDirectory));
  }

  get source(): CertificateSource {
    return this.#source;
  }

  /** The chain that is shown, the gateway's own certificate first. */
  get chain(): string {
    return this.#shown.certificate;
  }

  get renewal(): AcmeRenewal {
    return this.#renewal;
  }

  /** The pair to show now. Throws `listen/bad-certificate`. */
  async load(): Promise<CertificatePair> {
    const { source, pair } = await this.#choose();
    this.#source = source;
    this.#shown = pair;
    return pair;
  }

  /** `taken` shows new connections what `load` gives. The first order, if one is due, begins at once. */
  start(taken: () => Promise<void>): void {
    this.#taken = taken;
    this.#timer = setInterval(() => this.#look(), limits.acmeLookMs);
    this.#timer.unref();
    this.#look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewal.stop();
  }

  /** Takes over what was set: another source, another name. */
  async settingsChanged(): Promise<void> {
    await this.#taken();
    this.#look();
  }

  /** Keeps a certificate that somebody brings and shows it. Throws `certificate/not-used` and `certificate/from-files`. */
  async upload(pair: CertificatePair): Promise<void> {
    this.refuseFiles();
    await this.#uploaded.write(checkChain(pair, this.#parts.clock.nowMs()));
    await this.#taken();
  }

  /** Whether a certificate could be uploaded. Throws `certificate/not-used` and `certificate/from-files`. */
  check(pair: CertificatePair): void {
    this.refuseFiles();
    checkChain(pair, this.#parts.clock.nowMs());
  }

  /** Goes back to the self-signed one. Throws `certificate/from-files`. */
  async remove(): Promise<void> {
    this.refuseFiles();
    await this.#uploaded.remove();
    await this.#issued.remove();
    await this.#taken();
  }

  /** Throws `certificate/from-files` when the configuration names the certificate. */
  refuseFiles(): void {
    if (this.#parts.configuration.tls.certificateFile !== undefined)
      throw new PosternError("certificate/from-files", "change tls.certificate_file in the configuration file");
  }

  async #choose(): Promise<{ readonly source: CertificateSource; readonly pair: CertificatePair }> {
    const { gateway, tls, acme } = this.#parts.configuration;
    if (tls.certificateFile !== undefined && tls.keyFile !== undefined)
      return { source: "files", pair: await loadCertificate(tls.certificateFile, tls.keyFile) };
    const issued = acme.enabled ? await this.#readKept(this.#issued) : undefined;
    if (issued !== undefined) return { source: "acme", pair: issued };
    const uploaded = await this.#readKept(this.#uploaded);
    if (uploaded !== undefined) return { source: "uploaded", pair: uploaded };
    // The names and addresses that a first visitor will use.
    const names = new Set([gateway.hostName, ...gateway.domains, "localhost", "127.0.0.1", "::1"]);
    const pair = await loadOrCreateSelfSigned(join(gateway.dataDirectory, "tls"), [...names]);
    return { source: "self-signed", pair };
  }

  /** A file that somebody damaged must not keep the gateway from taking mail: the next source is used, and it is said. */
  async #readKept(kept: KeptPair): Promise<CertificatePair | undefined> {
    try {
      return await kept.read();
    } catch (error) {
      this.#parts.log.event("listen/certificate-unusable", { cause: `${kept.file}: ${describeError(error)}` });
      return undefined;
    }
  }

  #look(): void {
    this.#warnOfEnd();
    void this.#renewal.look();
  }

  /** Once a day. */
  #warnOfEnd(): void {
    const { clock, log } = this.#parts;
    if (this.#shown.certificate === "" || clock.nowMs() - this.#warnedMs < 86_400_000) return;
    const facts = certificateFacts(this.#shown);
    if (clock.nowMs() < endsSoonFromMs(facts, limits.certificateEndsSoonMs)) return;
    this.#warnedMs = clock.nowMs();
    log.event("certificate/expires", { until: facts.notAfter.toISOString(), source: this.#source });
  }
}
