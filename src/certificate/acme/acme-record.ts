// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { describeError, PosternError } from "../../base/errors.ts";
import { isMissingFile, writeWholeFile } from "../../base/whole-file.ts";

const attemptShape = z.object({
  /** The directory that the last certificate came from. */
  issuedBy: z.string().nullable().default(null),
  failures: z.int().min(0).default(0),
  lastAttemptMs: z.number().nullable().default(null),
  nextAttemptMs: z.number().nullable().default(null),
  lastError: z.object({ code: z.string(), detail: z.string() }).nullable().default(null),
});

const recordShape = attemptShape.extend({
  /** A key an authority: its accounts are not to be joined by others. */
  accountKeys: z.record(z.string(), z.string()).default({}),
});

/** How the last attempts went; kept, so that a restart is no new attempt. */
export type AcmeAttempts = z.output<typeof attemptShape>;

/** The account keys and the attempts, in one private file of the data directory. */
export class AcmeRecord {
  readonly #file: string;
  #record: z.output<typeof recordShape>;

  private constructor(file: string, record: z.output<typeof recordShape>) {
    this.#file = file;
    this.#record = record;
  }

  /** Throws `config/unreadable`. */
  static async open(dataDirectory: string): Promise<AcmeRecord> {
    const file = join(dataDirectory, "tls", "acme.json");
    try {
      return new AcmeRecord(file, recordShape.parse(JSON.parse(await readFile(file, "utf8"))));
    } catch (error) {
      if (isMissingFile(error)) return new AcmeRecord(file, recordShape.parse({}));
      throw new PosternError("config/unreadable", `${file}: ${describeError(error)}`, { cause: error });
    }
  }

  get attempts(): AcmeAttempts {
    return this.#record;
  }

  /** The key of the account at an authority, made at the first call. */
  async accountKey(directoryUrl: string): Promise<KeyObject> {
    const kept = this.#record.accountKeys[directoryUrl];
    if (kept !== undefined) return createPrivateKey(kept);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const text = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    await this.#write({ ...this.#record, accountKeys: { ...this.#record.accountKeys, [directoryUrl]: text } });
    return privateKey;
  }

  note(attempts: Partial<AcmeAttempts>): Promise<void> {
    return this.#write({ ...this.#record, ...attempts });
  }

  async #write(record: z.output<typeof recordShape>): Promise<void> {
    this.#record = record;
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await writeWholeFile(this.#file, `${JSON.stringify(record, undefined, 2)}\n`, 0o600);
  }
}
