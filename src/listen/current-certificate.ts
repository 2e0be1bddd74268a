// SPDX-License-Identifier: Apache-2.0
import type { SecureContext } from "node:tls";
import { describeError } from "../base/errors.ts";
import type { Log } from "../observe/log.ts";
import {
  type CertificateFacts,
  type CertificatePair,
  certificateFacts,
  type SecureContextSource,
  secureContextOf,
  secureContextSource,
  type TlsVersion,
} from "./certificate.ts";

export interface CurrentCertificateOptions {
  readonly minimumVersion: TlsVersion;
  /** Reads the files anew. Throws `listen/bad-certificate`. */
  readonly load: () => Promise<CertificatePair>;
  readonly log: Log;
  /** Told when there is another certificate. */
  readonly renewed?: () => void;
}

/**
 * The certificate that new connections get. Its files are looked at again and again, by content: a renewal may replace
 * files, links or whole directories, and tells nobody. What cannot be used leaves the certificate of before in place.
 */
export class CurrentCertificate {
  readonly #options: CurrentCertificateOptions;
  #pair: CertificatePair;
  #context: SecureContext;
  #facts: CertificateFacts;
  #fault: string | undefined;
  #alarmed: string | undefined;
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(pair: CertificatePair, options: CurrentCertificateOptions) {
    this.#options = options;
    this.#pair = pair;
    this.#context = secureContextOf(pair, options.minimumVersion);
    this.#facts = certificateFacts(pair);
  }

  get context(): SecureContext {
    return this.#context;
  }

  /** For another thread. Holds the key. */
  get pair(): CertificatePair {
    return this.#pair;
  }

  /** For servers that make their context by themselves. */
  get source(): SecureContextSource {
    return secureContextSource(this.#pair, this.#options.minimumVersion);
  }

  get facts(): CertificateFacts {
    return this.#facts;
  }

  /** Looks every `everyMs` until `close`. */
  watch(everyMs: number): void {
    this.#timer = setInterval(() => void this.look(), everyMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /**
   * Takes what is in the files now. An alarm is logged when the same fault is met twice in a row, for a renewal writes
   * two files; at once when somebody asked for this look. Never throws.
   */
  look(asked = false): Promise<void> {
    // One after the other: the slower of two must not put an older certificate back.
    this.#turn = this.#turn.then(() => this.#lookOnce(asked));
    return this.#turn;
  }

  async #lookOnce(asked: boolean): Promise<void> {
    const { load, log, minimumVersion } = this.#options;
    try {
      const pair = await load();
      const { certificate, key } = this.#pair;
      this.#fault = undefined;
      this.#alarmed = undefined;
      if (pair.certificate === certificate && pair.key === key) return;
      const context = secureContextOf(pair, minimumVersion);
      const facts = certificateFacts(pair);
      this.#pair = pair;
      this.#context = context;
      this.#facts = facts;
      log.event("listen/certificate-renewed", { sha256: facts.fingerprint, until: facts.notAfter.toISOString() });
      this.#options.renewed?.();
    } catch (error) {
      const fault = describeError(error);
      const sure = asked || fault === this.#fault;
      this.#fault = fault;
      if (!sure || fault === this.#alarmed) return;
      this.#alarmed = fault;
      log.event("listen/certificate-unusable", { cause: fault });
    }
  }
}
