// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Clock } from "../../base/clock.ts";
import { describeError, PosternError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { Configuration } from "../../config/schema.ts";
import type { CertificatePair } from "../../listen/certificate.ts";
import type { Log } from "../../observe/log.ts";
import type { KeptPair } from "../kept-pair.ts";
import { AcmeAccount } from "./acme-account.ts";
import type { AcmeAttempts, AcmeRecord } from "./acme-record.ts";
import type { ChallengeAnswerer } from "./challenge.ts";
import { HttpAnswerer } from "./http-answerer.ts";
import type { AccountBinding } from "./jws.ts";
import { orderCertificate } from "./order.ts";
import { certificateId, RenewalInfo } from "./renewal-info.ts";
import { TlsAnswerer } from "./tls-answerer.ts";

export interface RenewalParts {
  /** Of this moment. */
  readonly configuration: Configuration;
  readonly kept: KeptPair;
  readonly record: AcmeRecord;
  readonly clock: Clock;
  readonly log: Log;
  /** There is another certificate in its place. */
  readonly issued: () => Promise<void>;
}

/** Asks for a certificate when there is none that fits, and renews it when two thirds of its time are over. */
export class AcmeRenewal {
  readonly #parts: RenewalParts;
  readonly #info: RenewalInfo;
  readonly #end = new AbortController();
  #running: Promise<void> | undefined;
  #asked = false;
  #forced = false;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
    this.#info = new RenewalInfo({ nowMs: () => parts.clock.nowMs(), random: Math.random });
  }

  get ordering(): boolean {
    return this.#running !== undefined;
  }

  get attempts(): AcmeAttempts {
    return this.#parts.record.attempts;
  }

  get names(): readonly string[] {
    const { acme, gateway } = this.#parts.configuration;
    return acme.names.length === 0 ? [gateway.hostName] : [...new Set(acme.names)];
  }

  /**
   * Orders one if it is time. `asked`: somebody set it up or mended what was wrong, so a failure of before does not count.
   * Never throws; one order at a time.
   */
  look(asked = false): Promise<void> {
    this.#asked ||= asked;
    this.#running ??= this.#lookUntilDone().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Orders another one though it is not time. Throws `certificate/not-automatic`; who asks twice during an order gets that one. */
  renew(): void {
    if (!this.#parts.configuration.acme.enabled) throw new PosternError("certificate/not-automatic");
    if (this.ordering) return;
    this.#forced = true;
    void this.look(true);
  }

  /** When the next attempt will be, as things are; `undefined`: it is switched off. */
  async dueMs(): Promise<number | undefined> {
    const { configuration, record } = this.#parts;
    if (!configuration.acme.enabled) return undefined;
    const { nextAttemptMs } = record.attempts;
    const wanted = await this.#wantedMs();
    return nextAttemptMs === null ? wanted : Math.max(wanted, nextAttemptMs);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  /** Whoever asks while an order runs may have changed what is ordered. */
  async #lookUntilDone(): Promise<void> {
    do {
      const asked = this.#asked;
      this.#asked = false;
      await this.#lookOnce(asked);
    } while (this.#asked);
  }

  async #lookOnce(asked: boolean): Promise<void> {
    const { configuration, clock } = this.#parts;
    const forced = this.#forced;
    this.#forced = false;
    if (!configuration.acme.enabled || this.#end.signal.aborted) return;
    if (forced) return this.#attempt();
    await this.#askInfo();
    const dueMs = asked ? await this.#wantedMs() : await this.dueMs();
    if (dueMs !== undefined && dueMs <= clock.nowMs()) await this.#attempt();
  }

  /** Hears from the authority when it wants to be asked (RFC 9773), where it says so. */
  async #askInfo(): Promise<void> {
    const { kept, record, configuration } = this.#parts;
    const { directoryUrl } = configuration.acme;
    if (record.attempts.issuedBy !== directoryUrl) return;
    try {
      const pair = await kept.read();
      if (pair === undefined) return;
      const [ca, { signal }] = [await this.#authorities(), this.#end];
      await this.#info.ask({ directoryUrl, certificate: pair.certificate, ca, signal });
    } catch {
      // A file that cannot be read is said by the order.
    }
  }

  /** When the certificate that is there should be replaced. */
  async #wantedMs(): Promise<number> {
    const { kept, record, configuration } = this.#parts;
    if (record.attempts.issuedBy !== configuration.acme.directoryUrl) return 0;
    try {
      const pair = await kept.read();
      if (pair === undefined) return 0;
      const certificate = new X509Certificate(pair.certificate);
      if (!this.names.every((name) => certificate.checkHost(name, { subject: "never" }) !== undefined)) return 0;
      const suggestedMs = this.#info.renewMs(pair.certificate, configuration.acme.directoryUrl);
      if (suggestedMs !== undefined) return suggestedMs;
      const from = certificate.validFromDate.getTime();
      return from + ((certificate.validToDate.getTime() - from) * 2) / 3;
    } catch {
      return 0;
    }
  }

  async #attempt(): Promise<void> {
    const { configuration, kept, record, clock, log } = this.#parts;
    const { directoryUrl } = configuration.acme;
    const names = this.names;
    log.event("acme/ordering", { names: names.join(" "), directory: directoryUrl });
    const lastAttemptMs = clock.nowMs();
    try {
      const pair = await this.#order(names);
      await kept.write(pair);
      await record.note({ issuedBy: directoryUrl, failures: 0, lastAttemptMs, nextAttemptMs: null, lastError: null });
      await this.#parts.issued();
      log.event("acme/issued", { names: names.join(" "), until: new X509Certificate(pair.certificate).validTo });
    } catch (error) {
      if (this.#end.signal.aborted) return;
      await this.#noteFailure(error, lastAttemptMs);
    }
  }

  async #noteFailure(error: unknown, lastAttemptMs: number): Promise<void> {
    const { record, clock, log } = this.#parts;
    const failures = record.attempts.failures + 1;
    const waitMs = Math.min(limits.acmeRetryMs * 2 ** Math.min(failures - 1, 20), limits.acmeRetryLongestMs);
    const lastError =
      error instanceof PosternError
        ? { code: error.code, detail: error.message }
        : { code: "internal/fault", detail: "a fault in Postern; the log says more" };
    const nextAttemptMs = clock.nowMs() + waitMs;
    const again = new Date(nextAttemptMs).toISOString();
    log.event("acme/failed", { cause: describeError(error), again });
    try {
      await record.note({ failures, lastAttemptMs, nextAttemptMs, lastError });
    } catch (fault) {
      // Without the note the next look would ask again at once; the record in memory has it.
      log.event("acme/failed", { cause: describeError(fault), again });
    }
  }

  /** The certificate that is there, when its authority has said something about its renewal. */
  async #replaced(): Promise<string | undefined> {
    const { kept, configuration } = this.#parts;
    const pair = await kept.read().catch(() => undefined);
    if (pair === undefined) return undefined;
    const said = this.#info.renewMs(pair.certificate, configuration.acme.directoryUrl) !== undefined;
    return said ? certificateId(pair.certificate) : undefined;
  }

  async #authorities(): Promise<string | undefined> {
    const { caFile } = this.#parts.configuration.acme;
    return caFile === undefined ? undefined : readFile(caFile, "utf8");
  }

  async #order(names: readonly string[]): Promise<CertificatePair> {
    const { configuration, record } = this.#parts;
    const { acme } = configuration;
    const { signal } = this.#end;
    const ca = await this.#authorities();
    const account = await AcmeAccount.open({
      directoryUrl: acme.directoryUrl,
      key: await record.accountKey(acme.directoryUrl),
      contact: acme.contact,
      binding: await bindingOf(acme),
      ca,
      signal,
    });
    const answerer = await openAnswerer(acme);
    try {
      return await orderCertificate({ account, names, replaces: await this.#replaced(), answerer, signal });
    } finally {
      await answerer.close();
    }
  }
}

/** Throws `config/unreadable`, without a word of what is in the file. */
async function bindingOf({ eabKeyId, eabHmacFile }: Configuration["acme"]): Promise<AccountBinding | undefined> {
  if (eabKeyId === undefined || eabHmacFile === undefined) return undefined;
  try {
    const text = (await readFile(eabHmacFile, "utf8")).trim();
    // Some authorities show it in the other alphabet of RFC 4648, with padding.
    if (/^[\w+/-]+={0,2}$/.test(text)) return { keyId: eabKeyId, hmacKey: Buffer.from(text, "base64url") };
  } catch (error) {
    throw new PosternError("config/unreadable", `${eabHmacFile}: ${describeError(error)}`, { cause: error });
  }
  throw new PosternError("config/unreadable", `${eabHmacFile}: there is no HMAC key in base64url in it`);
}

function openAnswerer(acme: Configuration["acme"]): Promise<ChallengeAnswerer> {
  switch (acme.challenge) {
    case "http-01":
      return HttpAnswerer.open(acme.httpListen);
    case "tls-alpn-01":
      return TlsAnswerer.open(acme.tlsListen);
  }
}
