// SPDX-License-Identifier: Apache-2.0
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMissingFile, writeWholeFile } from "../base/whole-file.ts";
import { type CertificatePair, checkPair } from "../listen/certificate.ts";

/**
 * A chain with its key in the data directory. Both stand in one file, so that one rename changes both: no moment, and no
 * crash, leaves a key with another's certificate.
 */
export class KeptPair {
  readonly #file: string;

  constructor(dataDirectory: string, name: "uploaded" | "acme") {
    this.#file = join(dataDirectory, "tls", `${name}.pem`);
  }

  get file(): string {
    return this.#file;
  }

  /** `undefined` when there is none. Throws `listen/bad-certificate` for one that cannot be used. */
  async read(): Promise<CertificatePair | undefined> {
    try {
      const text = await readFile(this.#file, "utf8");
      const begin = text.indexOf("-----BEGIN CERTIFICATE-----");
      const pair = { key: text.slice(0, begin), certificate: text.slice(begin) };
      checkPair(pair);
      return pair;
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw error;
    }
  }

  async write({ certificate, key }: CertificatePair): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await writeWholeFile(this.#file, `${key.trim()}\n${certificate.trim()}\n`, 0o600);
  }

  async remove(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
