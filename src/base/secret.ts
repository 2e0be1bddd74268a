// SPDX-License-Identifier: Apache-2.0
import { inspect } from "node:util";

/**
 * Bytes that must not reach a log, an error text or a dump: every way of printing gives `[secret]`.
 * `wipe()` overwrites them; whoever makes a secret wipes it (`try`/`finally`).
 */
export class SecretBytes {
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Takes over `bytes`: the caller must not keep using them. */
  static own(bytes: Buffer): SecretBytes {
    return new SecretBytes(bytes);
  }

  /** A JavaScript string cannot be wiped; use this only where a password arrives as one. */
  static fromText(text: string): SecretBytes {
    return new SecretBytes(Buffer.from(text, "utf8"));
  }

  /** The bytes themselves, for the one call that needs them. Do not keep the reference. */
  expose(): Buffer {
    return this.#bytes;
  }

  wipe(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}
