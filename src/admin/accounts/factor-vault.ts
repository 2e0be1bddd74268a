// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";
import { z } from "zod";
import { PosternError } from "../../base/errors.ts";
import type { FactorRow } from "../../store/accounts/contract.ts";

const bytes = z.base64url().transform((text) => Uint8Array.from(Buffer.from(text, "base64url")));

const contentShape = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("totp"),
    secret: bytes,
    /** The newest step of time whose code was used; -1 when none was. */
    lastStep: z.int(),
  }),
  z.object({
    kind: z.literal("passkey"),
    credentialId: z.string(),
    publicKey: bytes,
    /** How often it signed, as far as it tells. */
    counter: z.int(),
    transports: z.array(z.string()).readonly(),
    /** The host name that it is for. */
    site: z.string(),
  }),
  z.object({
    kind: z.literal("recovery-codes"),
    /** Of those that were not used. */
    hashes: z.array(z.string()).readonly(),
  }),
]);

/** What a factor is checked with. */
export type FactorContent = z.output<typeof contentShape>;
export type FactorKind = FactorContent["kind"];
export type ContentOf<K extends FactorKind> = Extract<FactorContent, { readonly kind: K }>;

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals what factors are checked with, under a key in a file of its own: a copy of accounts.sqlite makes no code, and
 * whoever can write to it alone can neither plant a factor nor move one to another account.
 */
export class FactorVault {
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** The nonce is random: NIST SP 800-38D allows 2^32 of them under one key, and each is one sign-in. */
  seal(owner: Pick<FactorRow, "id" | "account">, content: FactorContent): Uint8Array {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(nameOf(owner));
    const sealed = [nonce, cipher.update(JSON.stringify(content, asText), "utf8"), cipher.final(), cipher.getAuthTag()];
    return Uint8Array.from(Buffer.concat(sealed));
  }

  /** Throws `admin/factor-unreadable` when it was sealed under another key, for somebody else, or was changed. */
  open(row: FactorRow): FactorContent {
    const nonce = row.sealed.subarray(0, nonceBytes);
    const end = Math.max(row.sealed.length - tagBytes, nonceBytes);
    try {
      const decipher = createDecipheriv(algorithm, this.#key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(nameOf(row));
      decipher.setAuthTag(row.sealed.subarray(end));
      const text = Buffer.concat([decipher.update(row.sealed.subarray(nonceBytes, end)), decipher.final()]);
      const content = contentShape.parse(JSON.parse(text.toString("utf8")));
      if (content.kind === row.kind) return content;
    } catch (error) {
      throw new PosternError("admin/factor-unreadable", row.account, { cause: error });
    }
    throw new PosternError("admin/factor-unreadable", row.account);
  }
}

function nameOf({ id, account }: Pick<FactorRow, "id" | "account">): Buffer {
  return Buffer.from(JSON.stringify(["postern factor 1", id, account]));
}

function asText(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64url") : value;
}
